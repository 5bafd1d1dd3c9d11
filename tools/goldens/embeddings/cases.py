"""The fixtures, as data: one entry of FOLDERS is one folder, with its configuration and tensors, its modules, its
texts, what gerbil is asked to do with it, and the misreadings that must not pass."""

import cases_decoders
import cases_encoders
import cases_others
import cases_remote

FOLDERS = cases_encoders.FOLDERS | cases_decoders.FOLDERS | cases_remote.FOLDERS | cases_others.FOLDERS
