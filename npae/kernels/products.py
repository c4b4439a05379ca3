"""Matrix products inside compiled functions: NumPy's own BLAS, called at its address in memory.

Only one thread at a time can run Python code, because of the GIL. A layer that calls `numpy.matmul` returns
to Python after every product, and may have to wait for the GIL each time. A compiled function that calls BLAS
itself returns to Python once.
"""

from __future__ import annotations

import numpy as np

from npae.kernels.backend import extends_numba, jit
from npae.kernels.blas import address_of_gemm

ROW_MAJOR, AS_IT_IS, TRANSPOSED = 101, 111, 112  # cblas.h


def gemm_for(dtype) -> int:
    """Return the address of BLAS's matrix product, for `multiply`; 0 if there is none.

    The result is 0 for dtypes other than float32 and float64, and if NumPy does not use the BLAS of its
    wheels on PyPI. A kernel then falls back, for example to its NumPy version.
    """
    dtype = np.dtype(dtype)
    return address_of_gemm(dtype.char) if dtype.isnative else 0


@jit
def multiply(gemm, a, b, out, add=False):
    """Fill ``out`` (m, n) with ``a @ b``, or add the product to it, inside a compiled function.

    Parameters
    ----------
    gemm : int
        The result of `gemm_for` for the dtype of the three arrays; not 0.
    a, b : arrays (m, k) and (k, n)
        Each has contiguous rows or contiguous columns.
    out : array (m, n)
        Has contiguous rows.
    add : bool
        Whether to add the product to the values in ``out``.

    Raises
    ------
    ValueError
        If shapes or item sizes do not fit: BLAS would read and write outside the arrays.
    """
    if gemm == 0 or a.itemsize != b.itemsize or a.itemsize != out.itemsize:
        raise ValueError("a product of matrices needs one dtype for all three, float32 or float64")
    if a.shape[1] != b.shape[0] or out.shape[0] != a.shape[0] or out.shape[1] != b.shape[1]:
        raise ValueError("the shapes of a product must be (m, k), (k, n) and (m, n)")
    if not (_is_laid_out(a) or _is_laid_out(a.T)) or not (_is_laid_out(b) or _is_laid_out(b.T)):
        raise ValueError("BLAS takes matrices with contiguous rows or contiguous columns")
    if not _is_laid_out(out):
        raise ValueError("BLAS writes to matrices with contiguous rows")
    (m, k), n = a.shape, b.shape[1]
    one, keep = a.dtype.type(1), a.dtype.type(1 if add else 0)
    a_is, a_pitch = _orientation(a)
    b_is, b_pitch = _orientation(b)
    sizes = np.int64(m), np.int64(n), np.int64(k)
    matrices = one, a.ctypes.data, a_pitch, b.ctypes.data, b_pitch, keep, out.ctypes.data, _pitch(out, 0)
    call_c(gemm, (np.int32(ROW_MAJOR), a_is, b_is) + sizes + matrices)


@jit
def _is_laid_out(matrix):
    """Return whether rows are contiguous and do not overlap; the stride of a one-element axis is ignored."""
    (rows, columns), (between_rows, between_columns) = matrix.shape, matrix.strides
    fits = columns <= 1 or between_columns == matrix.itemsize
    return fits and (rows <= 1 or between_rows >= columns * matrix.itemsize)


@jit
def _orientation(matrix):
    """Return BLAS's transposition flag of a matrix, and the distance of its rows (if transposed, columns)."""
    if _is_laid_out(matrix):
        return np.int32(AS_IT_IS), _pitch(matrix, 0)
    return np.int32(TRANSPOSED), _pitch(matrix, 1)


@jit
def _pitch(matrix, axis):
    # A single row may have any stride, but BLAS checks it against the length of a row.
    return np.int64(max(matrix.strides[axis] // matrix.itemsize, matrix.shape[1 - axis], 1))


def call_c(address, arguments):
    """Call the C function at an address with a tuple of numbers, in compiled code only; return nothing."""
    raise NotImplementedError("only compiled functions can call call_c")


@extends_numba
def _register_call_c() -> None:
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
        # Numba adds the typing context, which mypy counts.
        return lambda address, arguments: call(address, arguments)  # type: ignore[call-arg]
