// What bridge.js gives device.cpp. Objects are numbers, offsets and sizes of buffers are doubles.
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" {
int gerbil_gpu_describe();
void gerbil_gpu_take_text(char* out);
int gerbil_gpu_failure(std::uint32_t* size);
int gerbil_gpu_lost();
int gerbil_gpu_buffer(double size, const char* label, int label_size);
void gerbil_gpu_free(int object);
void gerbil_gpu_write(int buffer, double offset, const std::byte* bytes, std::size_t size);
int gerbil_gpu_kernel(const char* label, int label_size, const char* source, std::size_t source_size);
int gerbil_gpu_bind(int kernel, const std::uint32_t* bindings, int count);
void gerbil_gpu_dispatch(int bound, int x, int y, int z);
void gerbil_gpu_copy(int from, double from_offset, int to, double to_offset, double size);
void gerbil_gpu_clear(int buffer, double offset, double size);
void gerbil_gpu_submit();
int gerbil_gpu_read(const double* ranges, int count);
int gerbil_gpu_arrived(int read);
int gerbil_gpu_take(int read, std::byte* out);
void gerbil_gpu_lose();
}
