"""embeddings_int8.py FOLDER: FOLDER/onnx/model.onnx by onnxruntime's dynamic quantisation, model_quantized.onnx.

A process of its own, as Debian's torch and onnxruntime cannot be in one."""

import pathlib
import sys

import onnxruntime.quantization

folder = pathlib.Path(sys.argv[1]) / "onnx"
onnxruntime.quantization.quantize_dynamic(folder / "model.onnx", folder / "model_quantized.onnx",
                                          weight_type=onnxruntime.quantization.QuantType.QInt8)
