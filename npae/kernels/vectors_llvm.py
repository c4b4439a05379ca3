"""The compiled versions of `npae.kernels.vectors`, as LLVM's instructions; imported with the first kernel.

A block of `sums_of_taps` is F filters by V vectors of L numbers. Each vector of x that is loaded serves F
filters, each weight V vectors, and the F*V sums stay in registers until all taps are added. A multiply-add
needs about 4 cycles, and a processor begins two in each cycle; so at least 8 sums must be in work at a time.
"""

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, overload

from npae.kernels.vectors import dots_of_taps, join_rows, move_rows, split_rows, sums_of_taps

# By the number F of filters: the vectors V of a block of sums, and the taps of a block of dot products, for
# processors with 16 vector registers and with 32. A block needs F*V (F*taps) and a few for operands.
VECTORS = {16: {1: 8, 2: 4, 4: 2}, 32: {1: 8, 2: 8, 4: 4}}
TAPS = {16: {1: 8, 2: 5, 4: 2}, 32: {1: 12, 2: 8, 4: 5}}

index, number_of_lane, u = ir.IntType(64), ir.IntType(32), types.uint64


def constant(value):
    """Return an integer of 64 bits as LLVM has it."""
    return ir.Constant(index, value)


class Vectors:
    """Emits instructions on vectors of one dtype, by default as wide as the processor's registers."""

    def __init__(self, context, builder, dtype, lanes=None):
        machine, _, features = context.codegen().magic_tuple()
        bits = 512 if "+avx512f" in features else 256 if "+avx," in features else 128
        is_x86 = machine.startswith("x86")
        self.builder, self.bytes = builder, dtype.bitwidth // 8
        self.registers = 16 if is_x86 and bits < 512 else 32
        self.fuses = "+fma" in features or not is_x86  # else a product and a sum: two instructions
        self.lanes = lanes or bits // dtype.bitwidth
        self.number = context.get_value_type(dtype)
        self.kind = ir.VectorType(self.number, self.lanes) if self.lanes > 1 else self.number
        self.zero = ir.Constant(self.kind, [0.0] * self.lanes if self.lanes > 1 else 0.0)
        suffix = f"v{self.lanes}f{dtype.bitwidth}"
        declared = cgutils.get_or_insert_function
        fma = ir.FunctionType(self.kind, [self.kind] * 3)
        self.fma = declared(builder.module, fma, f"llvm.fma.{suffix}")
        total = ir.FunctionType(self.number, [self.number, self.kind])
        self.total = declared(builder.module, total, f"llvm.vector.reduce.fadd.{suffix}")

    def at(self, pointer, place):
        """Return the address of the vector that begins at a place."""
        return self.builder.bitcast(self.builder.gep(pointer, [place]), self.kind.as_pointer())

    def load(self, pointer, place):
        """Load a vector; no alignment is needed."""
        vector = self.builder.load(self.at(pointer, place))
        vector.align = self.bytes
        return vector

    def store(self, vector, pointer, place):
        """Store a vector; no alignment is needed."""
        self.builder.store(vector, self.at(pointer, place)).align = self.bytes

    def broadcast(self, pointer, place):
        """Load a number into all lanes."""
        undefined = ir.Constant(self.kind, ir.Undefined)
        number = self.builder.load(self.builder.gep(pointer, [place]))
        first = self.builder.insert_element(undefined, number, ir.Constant(number_of_lane, 0))
        lanes = ir.Constant(ir.VectorType(number_of_lane, self.lanes), [0] * self.lanes)
        return self.builder.shuffle_vector(first, undefined, lanes)

    def accumulators(self, count):
        """Return vectors of zeros, which LLVM keeps in registers."""
        return [cgutils.alloca_once_value(self.builder, self.zero) for _ in range(count)]

    def add_product(self, accumulator, a, b):
        """Add ``a * b`` to an accumulator."""
        before = self.builder.load(accumulator)
        if self.fuses:
            total = self.builder.call(self.fma, [a, b, before])
        else:
            total = self.builder.fadd(before, self.builder.fmul(a, b))
        self.builder.store(total, accumulator)

    def add_total(self, accumulator, pointer, place):
        """Add all lanes to one number in memory, lanes in pairs, which needs no order of one by one."""
        where = self.builder.gep(pointer, [place])
        parts = [self.builder.load(where), self.builder.load(accumulator)]
        self.builder.store(self.builder.call(self.total, parts, fastmath=("reassoc",)), where)


def pointers(context, builder, signature, values):
    """Return the address of the data of each argument that is an array, and the others as they are."""
    return [
        context.make_array(kind)(context, builder, value).data if isinstance(kind, types.Array) else value
        for kind, value in zip(signature.args, values)
    ]


def sums_for(F):
    """Return the intrinsic of `sums_of_taps` for F filters."""

    @intrinsic
    def sums(typing, flat, offsets, weights, bias, floor, out, pitch, count):
        def generate(context, builder, signature, values):
            x, shift, w, b, floor, y, pitch, count = pointers(context, builder, signature, values)
            taps = context.make_array(signature.args[1])(context, builder, values[1]).nitems
            vectors = Vectors(context, builder, flat.dtype)
            L, V = vectors.lanes, VECTORS[vectors.registers][F]
            totals, least = vectors.accumulators(F * V), vectors.broadcast(floor, constant(0))
            with cgutils.for_range_slice(builder, constant(0), count, constant(V * L), index) as (p, _):
                for f in range(F):
                    start = vectors.broadcast(b, constant(f))
                    for v in range(V):
                        builder.store(start, totals[f * V + v])
                x_p = builder.gep(x, [p])
                with cgutils.for_range(builder, taps, intp=index) as loop:
                    x_t = builder.gep(x_p, [builder.load(builder.gep(shift, [loop.index]))])
                    w_t = builder.gep(w, [builder.mul(loop.index, constant(F))])
                    copies = [vectors.load(x_t, constant(v * L)) for v in range(V)]
                    for f in range(F):
                        weight = vectors.broadcast(w_t, constant(f))
                        for v in range(V):
                            vectors.add_product(totals[f * V + v], weight, copies[v])
                for f in range(F):
                    y_f = builder.gep(y, [builder.add(p, builder.mul(pitch, constant(f)))])
                    for v in range(V):
                        total = builder.load(totals[f * V + v])
                        total = builder.select(builder.fcmp_ordered("<", total, least), least, total)
                        vectors.store(total, y_f, constant(v * L))
            return context.get_dummy_value()

        return types.void(flat, offsets, weights, bias, floor, out, u, u), generate

    return sums


def dots_for(F):
    """Return the intrinsic of `dots_of_taps` for F filters."""

    @intrinsic
    def dots(typing, flat, offsets, still, pitch, count, out, row):
        def generate(context, builder, signature, values):
            x, shift, s, pitch, count, d, row = pointers(context, builder, signature, values)
            taps = context.make_array(signature.args[1])(context, builder, values[1]).nitems
            vectors = Vectors(context, builder, flat.dtype)
            L, most = vectors.lanes, TAPS[vectors.registers][F]
            lines = [builder.gep(s, [builder.mul(pitch, constant(f))]) for f in range(F)]
            totals = vectors.accumulators(F * most)

            def some_taps(t, T):
                for total in totals[: F * T]:
                    builder.store(vectors.zero, total)
                at = [builder.add(t, constant(k)) for k in range(T)]
                begins = [builder.gep(x, [builder.load(builder.gep(shift, [k]))]) for k in at]
                with cgutils.for_range_slice(builder, constant(0), count, constant(L), index) as (p, _):
                    stills = [vectors.load(line, p) for line in lines]
                    for k in range(T):
                        copy = vectors.load(begins[k], p)
                        for f in range(F):
                            vectors.add_product(totals[k * F + f], copy, stills[f])
                for f in range(F):
                    for k in range(T):
                        place = builder.add(builder.mul(row, constant(f)), at[k])
                        vectors.add_total(totals[k * F + f], d, place)

            whole = builder.mul(builder.udiv(taps, constant(most)), constant(most))
            with cgutils.for_range_slice(builder, constant(0), whole, constant(most), index) as (t, _):
                some_taps(t, most)
            with cgutils.for_range_slice(builder, whole, taps, constant(1), index) as (t, _):
                some_taps(t, 1)
            return context.get_dummy_value()

        return types.void(flat, offsets, still, u, u, out, u), generate

    return dots


def in_every_row(context, builder, dtype, rows, count, move):
    """Emit ``move(vectors, row, p)`` so that it covers ``count`` places p of each row.

    Rows of at least one vector take whole ones, the last of which overlaps the one before it; shorter
    rows take two halves of a vector that overlap, or two quarters, and so on.
    """
    whole = Vectors(context, builder, dtype)
    size = whole.lanes
    last, is_long = builder.sub(count, constant(size)), builder.icmp_unsigned(">=", count, constant(size))
    with builder.if_then(is_long), cgutils.for_range(builder, rows, intp=index) as loop:
        with cgutils.for_range_slice(builder, constant(0), last, constant(size), index) as (p, _):
            move(whole, loop.index, p)
        move(whole, loop.index, last)
    while size > 1:
        size //= 2
        fits = builder.icmp_unsigned(">=", count, constant(size))
        under = builder.icmp_unsigned("<", count, constant(2 * size))
        with builder.if_then(builder.and_(fits, under)):
            part = Vectors(context, builder, dtype, size)
            with cgutils.for_range(builder, rows, intp=index) as loop:
                move(part, loop.index, constant(0))
                if size > 1:
                    move(part, loop.index, builder.sub(count, constant(size)))


def through(vectors, x, g, p, gated):
    """Return the numbers of x from p on, with 0 where those of g are not above 0."""
    value = vectors.load(x, p)
    if not gated:
        return value
    is_open = vectors.builder.fcmp_ordered(">", vectors.load(g, p), vectors.zero)
    return vectors.builder.select(is_open, value, vectors.zero)


def pick(vectors, a, b, lanes):
    """Return a vector with some lanes of a and b, which count on from those of a."""
    if vectors.lanes == 1:
        return (a, b)[lanes[0]]
    kind = ir.VectorType(number_of_lane, len(lanes))
    return vectors.builder.shuffle_vector(a, b, ir.Constant(kind, list(lanes)))


def moves_for(gated):
    """Return the intrinsic of `move_rows`, with a gate or without."""

    @intrinsic
    def moves(typing, source, i, i_step, gate, target, k, k_step, rows, count):
        def generate(context, builder, signature, values):
            x, i, i_step, g, y, k, k_step, rows, count = pointers(context, builder, signature, values)

            def move(vectors, row, p):
                at = builder.add(builder.add(i, builder.mul(row, i_step)), p)
                to = builder.add(builder.add(k, builder.mul(row, k_step)), p)
                vectors.store(through(vectors, x, g, at, gated), y, to)

            in_every_row(context, builder, source.dtype, rows, count, move)
            return context.get_dummy_value()

        return types.void(source, u, u, gate, target, u, u, u, u), generate

    return moves


def splits_for(gated):
    """Return the intrinsic of `split_rows`, with a gate or without."""

    @intrinsic
    def splits(typing, source, i, i_step, gate, target, k, m, k_step, rows, count):
        def generate(context, builder, signature, values):
            x, i, i_step, g, y, k, m, k_step, rows, count = pointers(context, builder, signature, values)

            def move(vectors, row, p):
                L = vectors.lanes
                at = builder.add(builder.add(i, builder.mul(row, i_step)), builder.shl(p, constant(1)))
                shift = builder.add(builder.mul(row, k_step), p)
                a, b = (through(vectors, x, g, builder.add(at, constant(n)), gated) for n in (0, L))
                for n, to in enumerate((k, m)):
                    vectors.store(pick(vectors, a, b, range(n, 2 * L, 2)), y, builder.add(to, shift))

            in_every_row(context, builder, source.dtype, rows, count, move)
            return context.get_dummy_value()

        return types.void(source, u, u, gate, target, u, u, u, u, u), generate

    return splits


@intrinsic
def join(typing, source, i, m, i_step, target, k, k_step, rows, count):
    """Emit `join_rows`."""

    def generate(context, builder, signature, values):
        x, i, m, i_step, y, k, k_step, rows, count = pointers(context, builder, signature, values)

        def move(vectors, row, p):
            L = vectors.lanes
            shift = builder.add(builder.mul(row, i_step), p)
            to = builder.add(builder.add(k, builder.mul(row, k_step)), builder.shl(p, constant(1)))
            a, b = (vectors.load(x, builder.add(begin, shift)) for begin in (i, m))
            order = [lane for pair in zip(range(L), range(L, 2 * L)) for lane in pair]
            for n, lanes in ((0, order[:L]), (L, order[L:])):
                vectors.store(pick(vectors, a, b, lanes), y, builder.add(to, constant(n)))

        in_every_row(context, builder, source.dtype, rows, count, move)
        return context.get_dummy_value()

    return types.void(source, u, u, u, target, u, u, u, u), generate


sums, dots = ({F: make(F) for F in (1, 2, 4)} for make in (sums_for, dots_for))
move, gated_move = moves_for(False), moves_for(True)
split, gated_split = splits_for(False), splits_for(True)


@overload(sums_of_taps, prefer_literal=True)
def _sums_compiled(filters, flat, offsets, weights, bias, floor, out, pitch, count):
    some = sums[filters.literal_value]
    return lambda filters, flat, offsets, weights, bias, floor, out, pitch, count: some(
        flat, offsets, weights, bias, floor, out, pitch, count
    )


@overload(dots_of_taps, prefer_literal=True)
def _dots_compiled(filters, flat, offsets, still, pitch, count, out, row):
    some = dots[filters.literal_value]
    return lambda filters, flat, offsets, still, pitch, count, out, row: some(
        flat, offsets, still, pitch, count, out, row
    )


@overload(move_rows)
def _moves_compiled(source, i, i_step, gate, target, k, k_step, rows, count):
    def move_either(source, i, i_step, gate, target, k, k_step, rows, count):
        if gate.size > 0:
            gated_move(source, i, i_step, gate, target, k, k_step, rows, count)
        else:
            move(source, i, i_step, gate, target, k, k_step, rows, count)

    return move_either


@overload(split_rows)
def _splits_compiled(source, i, i_step, gate, target, k, m, k_step, rows, count):
    def split_either(source, i, i_step, gate, target, k, m, k_step, rows, count):
        if gate.size > 0:
            gated_split(source, i, i_step, gate, target, k, m, k_step, rows, count)
        else:
            split(source, i, i_step, gate, target, k, m, k_step, rows, count)

    return split_either


@overload(join_rows)
def _joins_compiled(source, i, m, i_step, target, k, k_step, rows, count):
    return lambda source, i, m, i_step, target, k, k_step, rows, count: join(  # type: ignore[call-arg]
        source, i, m, i_step, target, k, k_step, rows, count
    )  # mypy also counts the context, which Numba passes
