/**
 * Gradients of what crosses from example to example. Each example has its own cotangent, of a shared result too: what an
 * example gives to all comes back as the sum of theirs, so the transpose of psum is psum, as in JAX.
 */
import type { Tensor } from '#tfjs';
import { type CollectiveName, collective } from '../bindings/collectiveKernels';
import { type GradientRule, type GradientRules, registerGradients } from './gradientRule';

const by = (name: CollectiveName): GradientRule => ({
  grad: (dy: Tensor, _, { axisName }) => ({ x: () => collective(name, dy, axisName) }),
});

const gradientRules: GradientRules = {
  Psum: by('Psum'),
  AllGather: by('PsumScatter'),
  PsumScatter: by('AllGather'),
  AllToAll: by('AllToAll'),
  Ppermute: {
    grad: (dy: Tensor, _, { axisName, from }: { axisName: string; from: readonly number[] }) => ({
      x: () =>
        collective(
          'Ppermute',
          dy,
          axisName,
          [...from.keys()].map((source) => from.indexOf(source)),
        ),
    }),
  },
};

registerGradients(gradientRules);
