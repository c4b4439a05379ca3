"""The two loops in which convolutions spend their time, laid out for the processor's vector registers.

Both run along one long vector. `sums_of_taps` gives sums of shifted, weighted copies of it, for several filters at
once; `dots_of_taps` gives its dot products, shifted, with several other vectors. A compiler that vectorises a loop
of Python keeps no block of results in registers: it loads and stores a sum at every product, and reaches half of
the peak. So the blocking is written down here, as LLVM's instructions. Everything else about a convolution is
plain Python, in `conv2d_numba`.

A block is F filters by V vectors of L numbers: every vector of x that is loaded serves F filters, every weight V
vectors, and the F * V sums stay in registers until all taps are added.
"""

from __future__ import annotations

from npae.kernels.backend import teaches_numba

STEP = 128  # places; a multiple of every block's length, so vectors that are padded to it have no remainder


def sums_of_taps(filters, flat, first, offsets, weights, bias, sums, pitch, count):
    """Compute ``sums[f*pitch + p] = bias[f] + sum over t of weights[t*filters + f] * flat[first + p + offsets[t]]``.

    For f < filters and p < count, in compiled functions only. ``filters`` is the constant 1, 2 or 4. All arrays
    are 1-D and contiguous, and are written and read up to the next multiple of `STEP` beyond ``count``.
    """
    raise NotImplementedError("sums_of_taps can be called by compiled functions only")


def dots_of_taps(filters, flat, first, offsets, still, pitch, count, dots, row):
    """Add to ``dots[f*row + t]`` the sum over p < count of ``still[f*pitch + p] * flat[first + p + offsets[t]]``.

    For f < filters and t < len(offsets), in compiled functions only. ``filters`` is the constant 1, 2 or 4.
    ``still`` must be zero from ``count`` to the next multiple of `STEP`.
    """
    raise NotImplementedError("dots_of_taps can be called by compiled functions only")


def move_row(source, i, gate, j, target, k, count, floor):
    """Copy ``count`` neighbours of ``source`` from its number i on to ``target``, from its number k on.

    Where ``gate`` is not empty, numbers whose gate, from number j on, is not above 0 become 0. Numbers below ``floor`` become
    ``floor``, and a NaN stays one. All arrays are contiguous; numbers count through all axes. In compiled functions only.
    """
    raise NotImplementedError("move_row can be called by compiled functions only")


@teaches_numba
def _to_use_vectors() -> None:
    from llvmlite import ir
    from numba import types
    from numba.core import cgutils
    from numba.extending import intrinsic, overload

    size_t = ir.IntType(64)

    class Vectors:
        """Emits instructions on vectors of one dtype, as wide as the processor's registers."""

        def __init__(self, context, builder, dtype):
            features = context.codegen().magic_tuple()[2]
            bits = 512 if "+avx512f" in features else 256 if "+avx," in features else 128
            self.builder, self.bytes = builder, dtype.bitwidth // 8
            self.registers = 32 if bits != 256 else 16
            self.lanes = bits // dtype.bitwidth
            self.number = context.get_value_type(dtype)
            self.kind = ir.VectorType(self.number, self.lanes)
            suffix = f"v{self.lanes}f{dtype.bitwidth}"
            declare = cgutils.get_or_insert_function
            fma = ir.FunctionType(self.kind, [self.kind] * 3)
            self.fma = declare(builder.module, fma, f"llvm.fma.{suffix}")
            total = ir.FunctionType(self.number, [self.number, self.kind])
            self.total = declare(builder.module, total, f"llvm.vector.reduce.fadd.{suffix}")

        def at(self, pointer, index):
            place = self.builder.bitcast(self.builder.gep(pointer, [index]), self.kind.as_pointer())
            return place

        def load(self, pointer, index):
            vector = self.builder.load(self.at(pointer, index))
            vector.align = self.bytes
            return vector

        def store(self, vector, pointer, index):
            self.builder.store(vector, self.at(pointer, index)).align = self.bytes

        def broadcast(self, pointer, index):
            undefined = ir.Constant(self.kind, ir.Undefined)
            number = self.builder.load(self.builder.gep(pointer, [index]))
            first = self.builder.insert_element(undefined, number, ir.Constant(ir.IntType(32), 0))
            mask = ir.Constant(ir.VectorType(ir.IntType(32), self.lanes), [0] * self.lanes)
            return self.builder.shuffle_vector(first, undefined, mask)

        def accumulators(self, count):
            zero = ir.Constant(self.kind, [0.0] * self.lanes)
            return [cgutils.alloca_once_value(self.builder, zero) for _ in range(count)]

        def add_product(self, accumulator, a, b):
            self.builder.store(self.builder.call(self.fma, [a, b, self.builder.load(accumulator)]), accumulator)

    def constant(value):
        return ir.Constant(size_t, value)

    def pointers(context, builder, signature, values):
        arrays = [context.make_array(kind)(context, builder, value).data if isinstance(kind, types.Array) else value
                  for kind, value in zip(signature.args, values)]
        return arrays

    def sums_for(F):
        @intrinsic
        def sums(typing, flat, first, offsets, weights, bias, out, pitch, count):
            def generate(context, builder, signature, values):
                x, first, where, w, b, y, pitch, count = pointers(context, builder, signature, values)
                taps = context.make_array(signature.args[2])(context, builder, values[2]).nitems
                vectors = Vectors(context, builder, flat.dtype)
                L = vectors.lanes
                V = ({1: 8, 2: 4, 4: 2} if vectors.registers == 16 else {1: 8, 2: 8, 4: 4})[F]
                totals = vectors.accumulators(F * V)
                with cgutils.for_range_slice(builder, constant(0), count, constant(V * L), size_t) as (p, _):
                    for f in range(F):
                        start = vectors.broadcast(b, constant(f))
                        for v in range(V):
                            builder.store(start, totals[f * V + v])
                    x_p = builder.gep(x, [builder.add(p, first)])
                    with cgutils.for_range(builder, taps, intp=size_t) as loop:
                        x_t = builder.gep(x_p, [builder.load(builder.gep(where, [loop.index]))])
                        w_t = builder.gep(w, [builder.mul(loop.index, constant(F))])
                        copies = [vectors.load(x_t, constant(v * L)) for v in range(V)]
                        for f in range(F):
                            weight = vectors.broadcast(w_t, constant(f))
                            for v in range(V):
                                vectors.add_product(totals[f * V + v], weight, copies[v])
                    for f in range(F):
                        y_f = builder.gep(y, [builder.add(p, builder.mul(pitch, constant(f)))])
                        for v in range(V):
                            vectors.store(builder.load(totals[f * V + v]), y_f, constant(v * L))
                return context.get_dummy_value()

            u = types.uint64
            return types.void(flat, u, offsets, weights, bias, out, u, u), generate

        return sums

    def dots_for(F):
        @intrinsic
        def dots(typing, flat, first, offsets, still, pitch, count, out, row):
            def generate(context, builder, signature, values):
                x, first, where, s, pitch, count, d, row = pointers(context, builder, signature, values)
                taps = context.make_array(signature.args[2])(context, builder, values[2]).nitems
                vectors = Vectors(context, builder, flat.dtype)
                L = vectors.lanes
                many = ({1: 8, 2: 5, 4: 2} if vectors.registers == 16 else {1: 12, 2: 8, 4: 5})[F]
                zero = ir.Constant(vectors.kind, [0.0] * L)
                x = builder.gep(x, [first])
                lines = [builder.gep(s, [builder.mul(pitch, constant(f))]) for f in range(F)]
                totals = vectors.accumulators(F * many)

                def some_taps(t, T):
                    for total in totals[: F * T]:
                        builder.store(zero, total)
                    at = [builder.add(t, constant(k)) for k in range(T)]
                    starts = [builder.gep(x, [builder.load(builder.gep(where, [k]))]) for k in at]
                    with cgutils.for_range_slice(builder, constant(0), count, constant(L), size_t) as (p, _):
                        stills = [vectors.load(line, p) for line in lines]
                        for k in range(T):
                            copy = vectors.load(starts[k], p)
                            for f in range(F):
                                vectors.add_product(totals[k * F + f], copy, stills[f])
                    for f in range(F):
                        for k in range(T):
                            place = builder.gep(d, [builder.add(builder.mul(row, constant(f)), at[k])])
                            parts = [builder.load(place), builder.load(totals[k * F + f])]
                            builder.store(builder.call(vectors.total, parts, fastmath=("reassoc",)), place)

                whole = builder.mul(builder.udiv(taps, constant(many)), constant(many))
                with cgutils.for_range_slice(builder, constant(0), whole, constant(many), size_t) as (t, _):
                    some_taps(t, many)
                with cgutils.for_range_slice(builder, whole, taps, constant(1), size_t) as (t, _):
                    some_taps(t, 1)
                return context.get_dummy_value()

            u = types.uint64
            return types.void(flat, u, offsets, still, u, u, out, u), generate

        return dots

    sums, dots = ({F: make(F) for F in (1, 2, 4)} for make in (sums_for, dots_for))

    @overload(sums_of_taps, prefer_literal=True)
    def sums_compiled(filters, flat, first, offsets, weights, bias, out, pitch, count):
        some = sums[filters.literal_value]
        return lambda filters, flat, first, offsets, weights, bias, out, pitch, count: some(
            flat, first, offsets, weights, bias, out, pitch, count
        )

    @overload(dots_of_taps, prefer_literal=True)
    def dots_compiled(filters, flat, first, offsets, still, pitch, count, out, row):
        some = dots[filters.literal_value]
        return lambda filters, flat, first, offsets, still, pitch, count, out, row: some(
            flat, first, offsets, still, pitch, count, out, row
        )

    def row_for(gated, floored):
        @intrinsic
        def row(typing, source, i, gate, j, target, k, count, floor):
            def generate(context, builder, signature, values):
                x, i, g, j, y, k, count, floor = pointers(context, builder, signature, values)
                x, y = builder.gep(x, [i]), builder.gep(y, [k])
                g = builder.gep(g, [j])
                widest = Vectors(context, builder, source.dtype).lanes
                done = constant(0)
                lanes = widest
                while lanes:
                    kind = ir.VectorType(Vectors(context, builder, source.dtype).number, lanes) if lanes > 1 else context.get_value_type(source.dtype)
                    size = source.dtype.bitwidth // 8

                    def at(pointer, place):
                        return builder.bitcast(builder.gep(pointer, [place]), kind.as_pointer())

                    def move(place):
                        value = builder.load(at(x, place))
                        value.align = size
                        zero = ir.Constant(kind, [0.0] * lanes if lanes > 1 else 0.0)
                        if gated:
                            mask = builder.load(at(g, place))
                            mask.align = size
                            value = builder.select(builder.fcmp_ordered(">", mask, zero), value, zero)
                        if floored:
                            value = builder.select(builder.fcmp_ordered("<", value, zero), zero, value)
                        builder.store(value, at(y, place)).align = size

                    if lanes == widest:
                        whole = builder.mul(builder.udiv(count, constant(lanes)), constant(lanes))
                        with cgutils.for_range_slice(builder, constant(0), whole, constant(lanes), size_t) as (p, _):
                            move(p)
                        done = whole
                    else:
                        has = builder.icmp_unsigned("!=", builder.and_(count, constant(lanes)), constant(0))
                        with builder.if_then(has):
                            move(done)
                        done = builder.add(done, builder.and_(count, constant(lanes)))
                    lanes //= 2
                return context.get_dummy_value()

            u = types.uint64
            return types.void(source, u, gate, u, target, u, u, floor), generate

        return row

    rows = {(g, f): row_for(g, f) for g in (False, True) for f in (False, True)}
    plain, gated, floored = rows[False, False], rows[True, False], rows[False, True]

    @overload(move_row)
    def move_compiled(source, i, gate, j, target, k, count, floor):
        def move(source, i, gate, j, target, k, count, floor):
            if gate.size > 0:
                gated(source, i, gate, j, target, k, count, floor)
            elif floor:
                floored(source, i, gate, j, target, k, count, floor)
            else:
                plain(source, i, gate, j, target, k, count, floor)

        return move
