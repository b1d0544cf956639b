"""The Jupyter project's own conformance suite (jupyter_kernel_test), with every sample filled in."""
from __future__ import annotations

import unittest

import jupyter_kernel_test as jkt
from samples import KERNEL_NAME, samples_for

_S = samples_for()


class ColoraKernelTests(jkt.KernelTests):
    kernel_name = KERNEL_NAME
    language_name = _S.language
    file_extension = _S.file_extension
    code_hello_world = _S.hello
    code_stderr = _S.stderr
    completion_samples = _S.completions
    complete_code_samples = _S.complete
    incomplete_code_samples = _S.incomplete
    invalid_code_samples = _S.invalid
    code_generate_error = _S.error
    code_execute_result = _S.results
    code_display_data = _S.displays
    code_history_pattern = _S.history_pattern
    supported_history_operations = _S.history_operations
    code_inspect_sample = _S.inspect
    code_clear_output = _S.clear_output or ""
    code_page_something = _S.page or ""

    if _S.page is None:
        # The protocol calls pager payloads deprecated; a kernel without a pager is not asked for one.
        test_pager = None


class ColoraIopubWelcomeTests(jkt.IopubWelcomeTests):
    kernel_name = KERNEL_NAME
    support_iopub_welcome = True


# Imported base classes would otherwise be collected as tests of the default kernel.
del jkt

if __name__ == "__main__":
    unittest.main()
