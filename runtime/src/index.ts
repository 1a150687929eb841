export { Tensor } from '#tfjs';
