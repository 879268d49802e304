// The decoded planes of a JPEG image, as its rows are made from them. Written by the host.

/** An argument block of 4 integers, then four components of 6. */
@unmanaged
export class JpegImage {
  width: u32;
  /** 1 gray, 3 YCbCr, 4 RGB, 5 CMYK, 6 YCCK: how many planes there are and what they mean. */
  color: u32;
  /** A row of bytes for each component. */
  rows: usize;
  components: u32;
}

export const JPEG_IMAGE_BYTES: usize = 16;

@unmanaged
export class JpegPlane {
  samples: usize;
  stride: u32;
  /** Without the padding to whole blocks. */
  width: u32;
  height: u32;
  /** Pixels of the image a sample covers, across and down. */
  across: u32;
  down: u32;
}

export const JPEG_PLANE_BYTES: usize = 24;
