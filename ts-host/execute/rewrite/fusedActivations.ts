// The activations a convolution can do in its last step: its operator says.

export { FUSED_ACTIVATIONS } from '../operators/conv/activation.js';
