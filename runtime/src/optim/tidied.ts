import { tidy } from '#tfjs';

/** tf.tidy, which finds tensors in objects of any class, whatever its type says. What `fn` returns holds no Models. */
export const tidied = tidy as unknown as <R>(fn: () => R) => R;
