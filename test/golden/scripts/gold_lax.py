"""jax.lax golden values: calls, what they return, gradients (cases.py)."""
import os

import common as C
A = C.args()
import jax
import numpy as np
from cases import Cases
from jax import lax

case = Cases(lax, '')
f32 = lambda *shape: np.round(np.sin(np.arange(np.prod(shape, dtype=int)) * 1.7 + len(shape)), 3).astype(np.float32).reshape(shape)

# transposed convolutions
for x, k, s in [((1, 4, 2), (3, 2, 3), (2,)), ((2, 3, 4, 2), (3, 2, 2, 3), (2, 3)), ((1, 2, 3, 2, 2), (2, 3, 2, 2, 1), (2, 1, 2)), ((1, 3, 3, 1), (1, 1, 1, 2), (2, 2))]:
  for padding in ['SAME', 'VALID']:
    case('conv_transpose', f32(*x), f32(*k), s, padding)
case('conv_transpose', f32(1, 4, 5, 2), f32(3, 3, 3, 2), (2, 2), 'SAME', transpose_kernel=True)
case('conv_transpose', f32(1, 4, 5, 2), f32(3, 2, 2, 3), (2, 2), [(1, 2), (0, 3)])
case('conv_transpose', f32(1, 4, 5, 2), f32(2, 2, 2, 3), (2, 2), 'SAME', rhs_dilation=(2, 3))
case('conv_transpose', f32(1, 6, 2), f32(3, 2, 3), (1,), 'VALID', rhs_dilation=(2,))

C.write(os.path.join(A.out, 'lax.json'), {'meta': C.meta(True, note='no PRNG involved'), 'cases': case.found})
