// The state of one scan of a JPEG file: written by the host before the first call, kept between calls.

/** An argument block of 16 integers of 32 bits, then four components of 8. */
@unmanaged
export class JpegScan {
  /** Address of the next byte of the file. */
  at: usize;
  end: usize;
  /** Entropy-coded bits read ahead, the next one highest. */
  bits: u64;
  /** How many there are; below 0 once more were wanted than the file has. */
  bitCount: i32;
  /** Units between restart markers, 0 for none; units until the next one; its number. */
  interval: u32;
  untilRestart: u32;
  restart: u32;
  /** Blocks still covered by the last end of band. */
  endOfBand: u32;
  /** The next unit, and units in a row of them. A unit is h · v blocks of every component, or one block. */
  unit: u32;
  unitsPerRow: u32;
  /** The row of units that the coefficients begin with. */
  firstRow: u32;
  /** 0 baseline, 1 progressive. */
  progressive: u32;
  /** Spectral selection in bits 0-7 and 8-15, successive approximation (high, low) in 16-23 and 24-31. */
  band: u32;
  components: u32;
}

/** Bytes of JpegScan before its components. */
export const JPEG_SCAN_BYTES: usize = 64;

@unmanaged
export class JpegScanComponent {
  /** Address of the first block: 64 i16 in rows of eight. */
  blocks: usize;
  blocksPerRow: u32;
  /** Blocks of a unit, across and down. */
  across: u32;
  down: u32;
  /** Tables that jpeg_huffman_table made; 0 where the scan needs none. */
  dcTable: usize;
  acTable: usize;
  /** The last DC coefficient. */
  last: i32;
  unused: u32;
}

export const JPEG_COMPONENT_BYTES: usize = 32;
