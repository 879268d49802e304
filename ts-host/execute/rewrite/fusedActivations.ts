// The activations a convolution can do in its last step.

export const FUSED_ACTIVATIONS: readonly string[] = ['Relu', 'Clip'];
