/** The runtime's one tfjs instance, typed as what it is bundled from. */
const bundle = new URL('../../runtime/vendor/build/tfjs.mjs', import.meta.url).pathname;

export const tf = (await import(bundle)) as typeof import('@tensorflow/tfjs-core');
