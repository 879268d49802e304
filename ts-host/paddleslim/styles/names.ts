// How Paddle calls what quantizers add. Readers of quantized programs find things by these names.

export const scaleName = (variable: string): string => `${variable}@scale`;
export const quantizedName = (variable: string): string => `${variable}.quantized`;
export const dequantizedName = (variable: string): string => `${variable}.dequantized`;
/** Of a variable that is quantized and dequantized by one operator. */
export const quantDequantName = (variable: string): string => `${variable}.quant_dequant`;
/** Of a weight's codes where another variable has its name. */
export const int8Name = (variable: string): string => `${variable}.int8`;
