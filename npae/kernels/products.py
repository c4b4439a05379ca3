"""Matrix products inside compiled functions: NumPy's own BLAS, called at its address in memory.

Between two kernels stands Python, and only one thread at a time can be there. A layer that calls BLAS from
inside its compiled function goes to Python once, where one that calls `numpy.matmul` goes there after every
product, and each time may have to wait for another thread.
"""

from __future__ import annotations

import numpy as np

from npae.kernels.backend import jit, teaches_numba
from npae.kernels.blas import address_of_gemm

ROW_MAJOR, AS_IT_IS, TRANSPOSED = 101, 111, 112  # cblas.h


def gemm_for(dtype) -> int:
    """Return the address of BLAS's product of two matrices, for `multiply`; 0 where it cannot be found.

    Then a kernel takes another way, that of the NumPy backend for example. So it is for dtypes other than
    float32 and float64, and where NumPy has another BLAS than the one that it comes with from PyPI.
    """
    dtype = np.dtype(dtype)
    return address_of_gemm(dtype.char) if dtype.isnative else 0


@jit
def multiply(gemm, a, b, out, add=False):
    """Fill ``out`` (m, n) with ``a @ b``, or add that to it, from within a compiled function.

    Parameters
    ----------
    gemm : int
        What `gemm_for` returned for the dtype of the three arrays; not 0.
    a, b : arrays (m, k) and (k, n)
        Matrices or their transposes: in one of the two directions, neighbours are neighbours in memory.
    out : array (m, n)
        Neighbours in a row are neighbours in memory.
    add : bool
        Whether the product is added to what ``out`` holds.

    Raises
    ------
    ValueError
        If shapes or sizes of a number do not fit: BLAS would read and write memory that belongs to others.
    """
    if gemm == 0 or a.itemsize != b.itemsize or a.itemsize != out.itemsize:
        raise ValueError("a product of matrices needs one dtype for all three, float32 or float64")
    if a.shape[1] != b.shape[0] or out.shape[0] != a.shape[0] or out.shape[1] != b.shape[1]:
        raise ValueError("the shapes of a product must be (m, k), (k, n) and (m, n)")
    if not (_is_laid_out(a) or _is_laid_out(a.T)) or not (_is_laid_out(b) or _is_laid_out(b.T)):
        raise ValueError("BLAS takes matrices whose rows, or columns, lie in memory one behind another")
    if not _is_laid_out(out):
        raise ValueError("BLAS writes to matrices whose rows lie in memory one behind another")
    (m, k), n = a.shape, b.shape[1]
    one, keep = a.dtype.type(1), a.dtype.type(1 if add else 0)
    a_is, a_pitch = _orientation(a)
    b_is, b_pitch = _orientation(b)
    sizes = np.int64(m), np.int64(n), np.int64(k)
    matrices = one, a.ctypes.data, a_pitch, b.ctypes.data, b_pitch, keep, out.ctypes.data, _pitch(out, 0)
    call_c(gemm, (np.int32(ROW_MAJOR), a_is, b_is) + sizes + matrices)


@jit
def _is_laid_out(matrix):
    """Return whether rows are contiguous and do not overlap; an axis of one element has no say."""
    (rows, columns), (between_rows, between_columns) = matrix.shape, matrix.strides
    fits = columns <= 1 or between_columns == matrix.itemsize
    return fits and (rows <= 1 or between_rows >= columns * matrix.itemsize)


@jit
def _orientation(matrix):
    """Return whether BLAS has to take a matrix for transposed, and how far its rows (columns) are apart."""
    if _is_laid_out(matrix):
        return np.int32(AS_IT_IS), _pitch(matrix, 0)
    return np.int32(TRANSPOSED), _pitch(matrix, 1)


@jit
def _pitch(matrix, axis):
    # A lone row may have any stride; BLAS wants one that would fit.
    return np.int64(max(matrix.strides[axis] // matrix.itemsize, matrix.shape[1 - axis], 1))


def call_c(address, arguments):
    """Call the C function at an address with a tuple of numbers, in compiled code only; returns nothing."""
    raise NotImplementedError("call_c can be called by compiled functions only")


@teaches_numba
def _to_call_c() -> None:
    from numba import types
    from numba.core import cgutils
    from numba.core.funcdesc import ExternalFunctionDescriptor
    from numba.extending import intrinsic, overload

    @intrinsic
    def call(context, address, arguments):
        def generate(context, builder, signature, values):
            numbers = cgutils.unpack_tuple(builder, values[1])
            described = ExternalFunctionDescriptor("", types.void, arguments.types)
            kind = context.get_external_function_type(described)
            builder.call(builder.inttoptr(values[0], kind.as_pointer()), numbers)
            return context.get_dummy_value()

        return types.void(address, arguments), generate

    @overload(call_c)
    def call_c_compiled(address, arguments):
        return lambda address, arguments: call(address, arguments)  # type: ignore[call-arg]  # Numba adds the typing context
