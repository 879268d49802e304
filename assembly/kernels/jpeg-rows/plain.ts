// What is rare among rows of JPEG, byte by byte: planes that are repeated, gray, RGB, CMYK. The formulas are those of
// reference/jpeg-rows.ts.

export function repeatRow(x: usize, out: usize, width: u32, across: u32): void {
  for (let i: u32 = 0; i < width; i++) store<u8>(out + i, load<u8>(x + i / across));
}

export function grayRow(x: usize, out: usize, width: u32): void {
  for (let i: u32 = 0; i < width; i++, out += 3) {
    const level = load<u8>(x + i);
    store<u8>(out, level);
    store<u8>(out, level, 1);
    store<u8>(out, level, 2);
  }
}

export function interleaveRow(r: usize, g: usize, b: usize, out: usize, width: u32): void {
  for (let i: u32 = 0; i < width; i++, out += 3) {
    store<u8>(out, load<u8>(r + i));
    store<u8>(out, load<u8>(g + i), 1);
    store<u8>(out, load<u8>(b + i), 2);
  }
}

/** The inks at outPtr under black: level = black · (1 − ink / 255). */
export function blackenRow(kPtr: usize, out: usize, width: u32, isInverted: bool): void {
  for (let i: u32 = 0; i < width; i++) {
    const black = u32(load<u8>(kPtr + i));
    for (let c: u32 = 0; c < 3; c++, out++) {
      const x = u32(load<u8>(out));
      const product = (isInverted ? 255 - x : x) * black + 128;
      store<u8>(out, u8(black - ((product >> 8) + product >> 8)));
    }
  }
}
