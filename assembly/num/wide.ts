// One formula, three widths. A function over V is compiled for v128 (four float32 lanes), f32 and f64; it does the same
// operations in the same order in each, which is why a SIMD kernel and its scalar reference give the same bits.
// WebAssembly rounds every one of them to nearest even.

@inline
export function add<V>(a: V, b: V): V {
  if (isVector<V>()) return f32x4.add(a, b);
  else return <V>(a + b);
}

@inline
export function sub<V>(a: V, b: V): V {
  if (isVector<V>()) return f32x4.sub(a, b);
  else return <V>(a - b);
}

@inline
export function mul<V>(a: V, b: V): V {
  if (isVector<V>()) return f32x4.mul(a, b);
  else return <V>(a * b);
}

@inline
export function div<V>(a: V, b: V): V {
  if (isVector<V>()) return f32x4.div(a, b);
  else return <V>(a / b);
}

/** The smaller; NaN if either is, −0 before 0. */
@inline
export function minimum<V>(a: V, b: V): V {
  if (isVector<V>()) return f32x4.min(a, b);
  else return min<V>(a, b);
}

/** The larger; NaN if either is, 0 before −0. */
@inline
export function maximum<V>(a: V, b: V): V {
  if (isVector<V>()) return f32x4.max(a, b);
  else return max<V>(a, b);
}

/** b < a ? b : a: a where either is NaN. One instruction, where {@link minimum} takes eight. */
@inline
export function pmin<V>(a: V, b: V): V {
  if (isVector<V>()) return f32x4.pmin(a, b);
  else return b < a ? b : a;
}

/** a < b ? b : a: a where either is NaN. */
@inline
export function pmax<V>(a: V, b: V): V {
  if (isVector<V>()) return f32x4.pmax(a, b);
  else return a < b ? b : a;
}

/** x < y ? a : b. */
@inline
export function ifLess<V>(x: V, y: V, a: V, b: V): V {
  if (isVector<V>()) return v128.bitselect(a, b, f32x4.lt(x, y));
  else return x < y ? a : b;
}

/** x == y ? a : b. */
@inline
export function ifEqual<V>(x: V, y: V, a: V, b: V): V {
  if (isVector<V>()) return v128.bitselect(a, b, f32x4.eq(x, y));
  else return x == y ? a : b;
}

@inline
export function magnitude<V>(x: V): V {
  if (isVector<V>()) return f32x4.abs(x);
  else return abs<V>(x);
}

@inline
export function negative<V>(x: V): V {
  if (isVector<V>()) return f32x4.neg(x);
  else return <V>(-x);
}

@inline
export function root<V>(x: V): V {
  if (isVector<V>()) return f32x4.sqrt(x);
  else return sqrt<V>(x);
}

/** The integer nearest to x, ties to even. */
@inline
export function roundEven<V>(x: V): V {
  if (isVector<V>()) return f32x4.nearest(x);
  else return nearest<V>(x);
}

@inline
export function ceiling<V>(x: V): V {
  if (isVector<V>()) return f32x4.ceil(x);
  else return ceil<V>(x);
}

@inline
export function floored<V>(x: V): V {
  if (isVector<V>()) return f32x4.floor(x);
  else return floor<V>(x);
}

/** |x| with the sign of y. */
@inline
export function withSign<V>(x: V, y: V): V {
  if (isVector<V>()) return v128.bitselect(x, y, f32x4.splat(reinterpret<f32>(0x7fffffff)));
  else return copysign<V>(x, y);
}

/** A literal at this width. In a loop V8 builds a vector constant anew each time: tables of constants belong into
 *  memory, to be read with {@link constant}. */
@inline
export function literal<V>(value: f64): V {
  if (isVector<V>()) return f32x4.splat(<f32>value);
  else return <V>value;
}

/** The float32 number at `address` at this width. */
@inline
export function constant<V>(address: usize): V {
  if (isVector<V>()) return v128.load32_splat(address);
  else return <V>load<f32>(address);
}

/** c[0] + c[1]·x + … + c[degree]·x^degree by Horner's rule; float32 coefficients at `table`, unrolled. */
@inline
export function polynomial<V>(x: V, table: usize, degree: i32): V {
  let sum = constant<V>(table + (<usize>degree << 2));
  if (degree > 0) sum = add<V>(mul<V>(sum, x), constant<V>(table + (<usize>(degree - 1) << 2)));
  if (degree > 1) sum = add<V>(mul<V>(sum, x), constant<V>(table + (<usize>(degree - 2) << 2)));
  if (degree > 2) sum = add<V>(mul<V>(sum, x), constant<V>(table + (<usize>(degree - 3) << 2)));
  if (degree > 3) sum = add<V>(mul<V>(sum, x), constant<V>(table + (<usize>(degree - 4) << 2)));
  if (degree > 4) sum = add<V>(mul<V>(sum, x), constant<V>(table + (<usize>(degree - 5) << 2)));
  if (degree > 5) sum = add<V>(mul<V>(sum, x), constant<V>(table + (<usize>(degree - 6) << 2)));
  if (degree > 6) sum = add<V>(mul<V>(sum, x), constant<V>(table + (<usize>(degree - 7) << 2)));
  if (degree > 7) sum = add<V>(mul<V>(sum, x), constant<V>(table + (<usize>(degree - 8) << 2)));
  return sum;
}
