"""Compiles npae's functions for the widest vectors of the processor; imported with the first kernel.

For many processors with vectors of 512 bits, LLVM vectorises loops for 256, since the first such processors
lowered their clock while they used 512. Numeric loops gain more than that costs. A function attribute of LLVM
changes it, which Numba does not offer. So npae's functions are compiled by a pipeline of their own, which
differs from Numba's in that attribute only. Other Numba functions in the process are compiled as before.
"""

from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import PassManager, register_pass
from numba.core.lowering import Lower
from numba.core.typed_passes import NativeLowering

ATTRIBUTE = '"prefer-vector-width"="512"'


class WideLower(Lower):
    """Numba's translation of a function to LLVM's instructions, with the attribute."""

    def setup_function(self, fndesc):
        """Begin the function."""
        super().setup_function(fndesc)
        set.add(self.function.attributes, ATTRIBUTE)  # llvmlite's own method refuses names it does not know


@register_pass(mutates_CFG=True, analysis_only=False)
class WideLowering(NativeLowering):
    """Numba's pass that translates a function, with `WideLower`."""

    _name = "npae_wide_lowering"

    @property
    def lowering_class(self):
        """The class that translates."""
        return WideLower


class WideCompiler(CompilerBase):
    """Numba's compiler, with `WideLowering`."""

    def define_pipelines(self):
        """Return Numba's list of passes, one of them replaced."""
        passes = PassManager("npae")
        for step, purpose in DefaultPassBuilder.define_nopython_pipeline(self.state).passes:
            passes.add_pass(WideLowering if step is NativeLowering else step, purpose)
        passes.finalize()
        return [passes]
