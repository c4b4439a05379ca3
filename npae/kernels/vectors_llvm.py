"""The compiled versions of `npae.kernels.vectors`, as LLVM's instructions; imported with the first kernel.

A block of `sums_of_taps` is F filters by V vectors of L numbers. Each vector of x that is loaded serves F
filters, each weight V vectors, and the F*V sums stay in registers until all taps are added. A multiply-add
needs about 4 cycles, and a processor begins two in each cycle; so at least 8 sums must be in work at a time.
More are better: a processor loads two vectors in a cycle as well, and F + V loads serve F*V multiply-adds.
Where at most half of the last block is left, only that half is computed.
"""

from contextlib import contextmanager
from functools import partial

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, overload, register_jitable

from npae.kernels.vectors import dots_of_taps, join_rows, move_rows, sums_of_taps

# By the number of vector registers, 16 or 32, and F: the vectors V of a block of sums, and the taps of a
# block of dot products. A block needs F*V (or F*taps) registers, as many as the smaller factor, and one.
VECTORS = {16: {1: 8, 2: 6, 4: 3}, 32: {1: 8, 2: 8, 4: 4}}
TAPS = {16: {1: 8, 2: 6, 4: 3}, 32: {1: 12, 2: 8, 4: 5}}

index, number_of_lane, i64 = ir.IntType(64), ir.IntType(32), types.int64  # types
two, three = (types.UniTuple(i64, count) for count in (2, 3))


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
        self.zero = ir.Constant(self.kind, None)
        self.suffix = f"v{self.lanes}f{dtype.bitwidth}"

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

    def broadcast(self, number):
        """Return a number, or a bit, in all lanes."""
        if self.lanes == 1:
            return number
        one = ir.Constant(ir.VectorType(number.type, self.lanes), ir.Undefined)
        one = self.builder.insert_element(one, number, ir.Constant(number_of_lane, 0))
        lanes = ir.Constant(ir.VectorType(number_of_lane, self.lanes), [0] * self.lanes)
        return self.builder.shuffle_vector(one, one, lanes)

    def load_into_all(self, pointer, place):
        """Load one number into all lanes."""
        return self.broadcast(self.builder.load(self.builder.gep(pointer, [place])))

    def accumulators(self, count):
        """Return vectors of zeros, which LLVM keeps in registers."""
        return [cgutils.alloca_once_value(self.builder, self.zero) for _ in range(count)]

    def add_product(self, accumulator, a, b):
        """Add ``a * b`` to an accumulator."""
        before = self.builder.load(accumulator)
        if self.fuses:
            kind = ir.FunctionType(self.kind, [self.kind] * 3)
            fma = cgutils.get_or_insert_function(self.builder.module, kind, f"llvm.fma.{self.suffix}")
            total = self.builder.call(fma, [a, b, before])
        else:
            total = self.builder.fadd(before, self.builder.fmul(a, b))
        self.builder.store(total, accumulator)

    def add_products(self, accumulators, a, b):
        """Add ``a[i]() * b[k]()``, which load a vector each, to ``accumulators[i*len(b) + k]``.

        The shorter of both is kept in registers; each of the other is loaded, used and forgotten.
        """
        is_short = len(a) < len(b)
        kept = [load() for load in (a if is_short else b)]
        for m, load in enumerate(b if is_short else a):
            value = load()
            for k, other in enumerate(kept):
                self.add_product(accumulators[k * len(b) + m if is_short else m * len(b) + k], value, other)

    def add_total(self, accumulator, pointer, place):
        """Add all lanes to one number in memory; "reassoc" lets LLVM add them in pairs, not one by one."""
        where = self.builder.gep(pointer, [place])
        parts = [self.builder.load(where), self.builder.load(accumulator)]
        kind, name = ir.FunctionType(self.number, [self.number, self.kind]), "llvm.vector.reduce.fadd"
        add = cgutils.get_or_insert_function(self.builder.module, kind, f"{name}.{self.suffix}")
        self.builder.store(self.builder.call(add, parts, fastmath=("reassoc",)), where)


def pointers(context, builder, signature, values):
    """Return the address of the data of each argument that is an array, and the others as they are."""
    builder.function.attributes.add("optsize")  # else LLVM also unrolls these loops: seconds for no gain
    return [
        context.make_array(kind)(context, builder, value).data if isinstance(kind, types.Array) else value
        for kind, value in zip(signature.args, values)
    ]


def length(context, builder, kind, value):
    """Return how many numbers an array has."""
    return context.make_array(kind)(context, builder, value).nitems


def sums_for(F):
    """Return the intrinsic of `sums_of_taps` for F filters."""

    @intrinsic
    def sums(typing, flat, offsets, weights, bias, floor, out, places, count):
        def generate(context, builder, signature, values):
            x, shift, w, b, floor, y, places, count = pointers(context, builder, signature, values)
            taps = length(context, builder, offsets, values[1])
            vectors = Vectors(context, builder, flat.dtype)
            L, V = vectors.lanes, VECTORS[vectors.registers][F]
            totals, least = vectors.accumulators(F * V), vectors.load_into_all(floor, constant(0))

            def block(p, V):
                for f in range(F):
                    start = vectors.load_into_all(b, constant(f))
                    for v in range(V):
                        builder.store(start, totals[f * V + v])
                x_p = builder.gep(x, [p])
                with cgutils.for_range(builder, taps, intp=index) as loop:
                    x_t = builder.gep(x_p, [builder.load(builder.gep(shift, [loop.index]))])
                    w_t = builder.gep(w, [builder.mul(loop.index, constant(F))])
                    weight = [partial(vectors.load_into_all, w_t, constant(f)) for f in range(F)]
                    copy = [partial(vectors.load, x_t, constant(v * L)) for v in range(V)]
                    vectors.add_products(totals, weight, copy)
                for f in range(F):
                    y_f = builder.gep(y, [builder.add(p, builder.mul(places, constant(f)))])
                    for v in range(V):
                        total = builder.load(totals[f * V + v])
                        total = builder.select(builder.fcmp_ordered("<", total, least), least, total)
                        vectors.store(total, y_f, constant(v * L))

            half = -(-V // 2)
            needed = builder.udiv(builder.add(count, constant(L - 1)), constant(L))  # vectors
            whole = builder.udiv(builder.add(needed, constant(V - half - 1)), constant(V))
            end = builder.mul(whole, constant(V * L))
            with cgutils.for_range_slice(builder, constant(0), end, constant(V * L), index) as (p, _):
                block(p, V)
            with builder.if_then(builder.icmp_unsigned("<", end, count)):
                block(end, half)
            return context.get_dummy_value()

        return types.void(flat, offsets, weights, bias, floor, out, i64, i64), generate

    return sums


def dots_for(F):
    """Return the intrinsic of `dots_of_taps` for F filters."""

    @intrinsic
    def dots(typing, flat, offsets, still, places, rows, row, count, out):
        def generate(context, builder, signature, values):
            x, shift, s, places, rows, row, count, d = pointers(context, builder, signature, values)
            taps = length(context, builder, offsets, values[1])
            vectors = Vectors(context, builder, flat.dtype)
            L, most = vectors.lanes, TAPS[vectors.registers][F]
            lines = [builder.gep(s, [builder.mul(places, constant(f))]) for f in range(F)]
            totals = vectors.accumulators(F * most)

            def some_taps(t, T):
                for total in totals[: F * T]:
                    builder.store(vectors.zero, total)
                at = [builder.add(t, constant(k)) for k in range(T)]
                begins = [builder.gep(x, [builder.load(builder.gep(shift, [k]))]) for k in at]
                with cgutils.for_range(builder, rows, intp=index) as r:
                    begin = builder.mul(r.index, row)
                    end = builder.add(begin, count)
                    with cgutils.for_range_slice(builder, begin, end, constant(L), index) as (p, _):
                        copy, still = (
                            [partial(vectors.load, line, p) for line in these] for these in (begins, lines)
                        )
                        vectors.add_products(totals, copy, still)
                for f in range(F):
                    for k in range(T):
                        place = builder.add(builder.mul(taps, constant(f)), at[k])
                        vectors.add_total(totals[k * F + f], d, place)

            whole = builder.mul(builder.udiv(taps, constant(most)), constant(most))
            with cgutils.for_range_slice(builder, constant(0), whole, constant(most), index) as (t, _):
                some_taps(t, most)
            with cgutils.for_range_slice(builder, whole, taps, constant(1), index) as (t, _):
                some_taps(t, 1)
            return context.get_dummy_value()

        return types.void(flat, offsets, still, i64, i64, i64, i64, out), generate

    return dots


def in_every_row(context, builder, dtype, counts, move, lanes=None):
    """Emit ``move(vectors, (block, row), p)`` so that it covers all places p of each row of each block.

    Whole vectors cover a row of at least one vector; the last overlaps the one before it. Two halves of a
    vector, which overlap, cover a shorter row, or two quarters, and so on.
    """
    vectors, (blocks, rows, count) = Vectors(context, builder, dtype, lanes), counts
    size = vectors.lanes
    last, is_long = builder.sub(count, constant(size)), builder.icmp_signed(">=", count, constant(size))

    def each(times):
        return cgutils.for_range(builder, times, intp=index)

    @contextmanager
    def each_row():
        with each(blocks) as block, each(rows) as row:
            yield block.index, row.index

    with builder.if_then(is_long), each_row() as row:
        with cgutils.for_range_slice(builder, constant(0), last, constant(size), index) as (p, _):
            move(vectors, row, p)
        move(vectors, row, last)
    while size > 1:
        size //= 2
        fits = builder.icmp_signed(">=", count, constant(size))
        under = builder.icmp_signed("<", count, constant(2 * size))
        with builder.if_then(builder.and_(fits, under)):
            part = Vectors(context, builder, dtype, size)
            with each_row() as row:
                for p in (constant(0), builder.sub(count, constant(size)))[: 2 if size > 1 else 1]:
                    move(part, row, p)


def place(builder, begin, steps, indices):
    """Return ``begin`` plus each step times its index; steps and indices are values or, if known, numbers."""
    for step, at in zip(steps, indices):
        begin = builder.add(begin, at if step == 1 else builder.mul(at, step))
    return begin


def pick(vectors, a, b, lanes):
    """Return a vector of some lanes of a and b; the lanes of b are numbered on from those of a."""
    if len(lanes) == 1:
        return a
    if vectors.lanes == 1:
        pair = ir.Constant(ir.VectorType(vectors.number, 2), ir.Undefined)
        for n, number in enumerate((a, b)):
            pair = vectors.builder.insert_element(pair, number, ir.Constant(number_of_lane, n))
        return pair
    kind = ir.VectorType(number_of_lane, len(lanes))
    return vectors.builder.shuffle_vector(a, b, ir.Constant(kind, list(lanes)))


@intrinsic
def move(typing, source, i, i_steps, gate, target, k, k_steps, counts):
    """Emit `move_rows`: vectors to neighbours from neighbours or every second; else a number at a time."""
    gated = isinstance(gate, types.Array)

    def generate(context, builder, signature, values):
        x, i, i_steps, g, y, k, k_steps, counts = pointers(context, builder, signature, values)
        (*i_rows, i_step), (*k_rows, k_step) = (
            cgutils.unpack_tuple(builder, each) for each in (i_steps, k_steps)
        )
        counts = cgutils.unpack_tuple(builder, counts)
        if gated:
            all_open = builder.icmp_unsigned("==", length(context, builder, gate, values[3]), constant(0))
            g = builder.select(all_open, x, g)  # an empty gate has no numbers to load

        def numbers(vectors, at):
            value = vectors.load(x, at)
            if not gated:
                return value
            is_open = builder.fcmp_ordered(">", vectors.load(g, at), vectors.zero)
            return builder.select(builder.or_(is_open, vectors.broadcast(all_open)), value, vectors.zero)

        def move_with(step, lanes):
            def one_vector(vectors, row, p):
                at = place(builder, i, [*i_rows, constant(step) if step else i_step], [*row, p])
                to = place(builder, k, [*k_rows, 1 if step else k_step], [*row, p])
                value, L = numbers(vectors, at), vectors.lanes
                if step == 2:  # the second vector begins one number early: it must not end behind the row
                    behind = numbers(vectors, builder.add(at, constant(L - 1)))
                    value = pick(vectors, value, behind, [*range(0, L, 2), *range(L + 1, 2 * L, 2)])
                vectors.store(value, y, to)

            in_every_row(context, builder, source.dtype, counts, one_vector, lanes)

        neighbours = builder.icmp_signed("==", k_step, constant(1))
        others = ir.Constant(ir.IntType(1), 1)
        for step in (1, 2):
            these = builder.and_(neighbours, builder.icmp_signed("==", i_step, constant(step)))
            others = builder.and_(others, builder.not_(these))
            with builder.if_then(these):
                move_with(step, None)
        with builder.if_then(others):
            move_with(0, 1)
        return context.get_dummy_value()

    return types.void(source, i64, three, gate, target, i64, three, three), generate


@intrinsic
def join(typing, source, i, m, i_steps, target, k, k_steps, counts):
    """Emit `join_rows`."""

    def generate(context, builder, signature, values):
        x, i, m, i_steps, y, k, k_steps, counts = pointers(context, builder, signature, values)
        i_steps, k_steps, counts = (
            cgutils.unpack_tuple(builder, each) for each in (i_steps, k_steps, counts)
        )

        def one_vector(vectors, row, p):
            # From an odd p on, the numbers from m on come first.
            odd, half = builder.trunc(p, ir.IntType(1)), builder.lshr(p, constant(1))
            begins = (
                builder.select(odd, m, i),
                builder.add(builder.select(odd, i, m), builder.zext(odd, index)),
            )
            shift = place(builder, half, i_steps, row)
            part = Vectors(context, builder, source.dtype, max(1, vectors.lanes // 2))
            a, b = (part.load(x, builder.add(begin, shift)) for begin in begins)
            lanes = [
                lane for pair in zip(range(part.lanes), range(part.lanes, 2 * part.lanes)) for lane in pair
            ]
            value = pick(part, a, b, lanes[: vectors.lanes])
            vectors.store(value, y, place(builder, k, [*k_steps, 1], [*row, p]))

        in_every_row(context, builder, source.dtype, counts, one_vector)
        return context.get_dummy_value()

    return types.void(source, i64, i64, two, target, i64, two, three), generate


def a_function_with(intrinsic):
    """Return a function for compiled functions that has the instructions of an intrinsic, and no others."""
    return register_jitable(lambda *others: intrinsic(*others))


def register(function, intrinsics):
    """Let compiled functions call the intrinsic for 1, 2 or 4 filters, where they name ``function``."""
    one, two, four = map(a_function_with, intrinsics)

    @overload(function)
    def by_filters(filters, *others):
        def call(filters, *others):
            if filters == 4:
                four(*others)
            elif filters == 2:
                two(*others)
            else:
                one(*others)

        return call


register(sums_of_taps, [sums_for(F) for F in (1, 2, 4)])
register(dots_of_taps, [dots_for(F) for F in (1, 2, 4)])
overload(move_rows)(lambda *all_arguments: lambda *all_arguments: move(*all_arguments))
overload(join_rows)(lambda *all_arguments: lambda *all_arguments: join(*all_arguments))
