"""Second derivatives of what layers are made of: for each function f(input) -> scalar the product of its Hessian with a
fixed vector u (forward over reverse), and the gradient of sum(grad(f)^2) (reverse over reverse). Jacobians of pytrees."""
import os
os.environ.setdefault('JAX_PLATFORMS', 'cpu')
import common as C
A = C.args()
import numpy as np
import jax
from jax import lax, numpy as jnp

f32 = np.float32


def wave(shape, a, b):
  n = int(np.prod(shape))
  return np.round(np.sin(np.arange(n) * a + b), 3).astype(f32).reshape(shape)


inputs = {
    'v': wave((5,), 1.3, 0.4), 'p': np.abs(wave((5,), 0.9, 1.1)) + f32(0.3), 'm': wave((3, 4), 0.7, 0.2),
    't': wave((2, 3, 4), 1.1, 0.5), 'line': wave((2, 6, 3), 0.9, 0.1), 'image': wave((2, 5, 5, 2), 1.7, 0.3),
    'volume': wave((1, 3, 4, 3, 2), 1.9, 0.2), 'kernel': wave((3, 2, 2, 4), 0.8, 0.6),
    'depth_kernel': wave((2, 2, 1, 4), 0.8, 0.6), 'volume_kernel': wave((2, 2, 2, 2, 3), 0.6, 0.9),
    'line_kernel': wave((3, 3, 2), 0.5, 0.7),
}
I = {k: jnp.asarray(v) for k, v in inputs.items()}
tanh_sum = lambda y: jnp.tanh(y).sum()


def conv(x, w, strides, padding, **kw):
  n = x.ndim - 2
  s = 'DHW'[-n:]
  return lax.conv_general_dilated(x, w, strides, padding, dimension_numbers=('N' + s + 'C', s + 'IO', 'N' + s + 'C'), **kw)


def pool(x, init, op, window, strides, padding='VALID'):
  return lax.reduce_window(x, init, op, (1,) + window + (1,), (1,) + strides + (1,), padding)


max_pool = lambda x, window, strides: pool(x, -jnp.inf, lax.max, window, strides)
avg_pool = lambda x, window, strides: pool(x, 0., lax.add, window, strides) / np.prod(window)


def norm(x, axis):
  mean = jnp.mean(x, axis, keepdims=True)
  var = jnp.mean(jnp.square(x), axis, keepdims=True) - jnp.square(mean)
  return (x - mean) * lax.rsqrt(var + 1e-2)


def net(x, w):
  y = jax.nn.relu(conv(x, w, (1, 1), 'SAME'))
  y = max_pool(norm(y, (0, 1, 2)), (2, 2), (2, 2))
  y = jnp.reshape(y, (2, -1))
  return -jnp.mean(jax.nn.log_softmax(y @ jnp.asarray(wave((16, 3), 0.3, 0.1)))[:, 1])


cases = {
    'conv with respect to its input': ('image', lambda x: tanh_sum(conv(x, I['kernel'], (1, 1), 'VALID'))),
    'conv with respect to its kernel': ('kernel', lambda w: tanh_sum(conv(I['image'], w, (1, 1), 'VALID'))),
    'conv with strides, same padding': ('image', lambda x: tanh_sum(conv(x, I['kernel'], (2, 2), 'SAME'))),
    'conv of a square with its own kernel squared': ('kernel', lambda w: tanh_sum(conv(I['image'] ** 2, w ** 2, (2, 1), 'SAME'))),
    'conv with kernel dilation': ('image', lambda x: tanh_sum(conv(x, I['kernel'], (1, 1), [(1, 1), (1, 1)], rhs_dilation=(2, 1)))),
    'conv with input dilation': ('image', lambda x: tanh_sum(conv(x, I['kernel'], (1, 1), [(2, 2), (1, 1)], lhs_dilation=(2, 2)))),
    'conv with a channel a group': ('image', lambda x: tanh_sum(conv(x, I['depth_kernel'], (1, 1), 'SAME', feature_group_count=2))),
    'the kernel of a conv with a channel a group': ('depth_kernel', lambda w: tanh_sum(conv(I['image'], w, (1, 1), 'SAME', feature_group_count=2))),
    'conv over one axis': ('line', lambda x: tanh_sum(conv(x, I['line_kernel'], (2,), 'SAME'))),
    'conv over three axes': ('volume', lambda x: tanh_sum(conv(x, I['volume_kernel'], (1, 1, 1), 'VALID'))),
    'the kernel of a conv over three axes': ('volume_kernel', lambda w: tanh_sum(conv(I['volume'], w, (1, 2, 1), 'SAME'))),
    'max pool': ('image', lambda x: tanh_sum(max_pool(x ** 3, (2, 2), (1, 1)))),
    'max pool with strides': ('image', lambda x: (max_pool(jnp.sin(x), (3, 2), (2, 2)) ** 2).sum()),
    'max pool over three axes': ('volume', lambda x: tanh_sum(max_pool(x ** 3, (2, 2, 2), (1, 2, 1)))),
    'max pool over one axis': ('line', lambda x: tanh_sum(max_pool(x ** 3, (2,), (2,)))),
    'avg pool': ('image', lambda x: tanh_sum(avg_pool(x ** 3, (2, 2), (2, 1)))),
    'avg pool over three axes': ('volume', lambda x: tanh_sum(avg_pool(x ** 3, (2, 2, 2), (1, 2, 1)))),
    'a net: conv, norm, relu, pool, dense, log softmax': ('kernel', lambda w: net(I['image'], w)),
    'the same net with respect to its input': ('image', lambda x: net(x, I['kernel'])),
    'matmul with itself': ('m', lambda x: tanh_sum(x @ x.T)),
    'matmul of batches': ('t', lambda x: tanh_sum(jnp.matmul(x, jnp.swapaxes(x, 1, 2)))),
    'einsum': ('t', lambda x: tanh_sum(jnp.einsum('bij,bkj,ij->bk', x, x, I['m']))),
    'take': ('m', lambda x: tanh_sum(jnp.take(x ** 2, jnp.array([0, 2, 0]), 1))),
    'slices': ('m', lambda x: tanh_sum(x[1:, ::2] * x[:2, 1::2] ** 2)),
    'slices backwards': ('v', lambda x: tanh_sum(x[::-2] * x[3:0:-1] ** 2)),
    'pad, tile, concatenate, stack and split': ('m', lambda x: tanh_sum(
        jnp.concatenate([jnp.pad(x, ((0, 0), (1, 0))), jnp.tile(x, (1, 2))], 1)[:, 2:7] ** 2 *
        jnp.stack([x[:, 0], x[:, 1], x[:, 3], x[:, 1], x[:, 2]], 1))),
    'transpose, reshape, flip': ('t', lambda x: tanh_sum(jnp.flip(jnp.transpose(x, (2, 0, 1)), 1).reshape(4, 6) ** 2 * x.reshape(4, 6))),
    'cumsum': ('m', lambda x: tanh_sum(jnp.cumsum(x ** 2, 0))),
    'cumprod': ('m', lambda x: tanh_sum(jnp.cumprod(x.at[1, 2].set(0.), 1))),
    'sort': ('v', lambda x: (jnp.sort(x) ** 3 * jnp.arange(1., 6.)).sum()),
    'the largest of rows': ('m', lambda x: (jnp.max(x ** 3, 1) ** 2).sum()),
    'top k': ('v', lambda x: (lax.top_k(x, 3)[0] ** 3 * jnp.arange(1., 4.)).sum()),
    'maximum, minimum and clip': ('v', lambda x: (jnp.maximum(x, 0.1) ** 3 * jnp.minimum(x ** 2, 0.5) * jnp.clip(x, -0.6, 0.6)).sum()),
    'where and abs': ('v', lambda x: (jnp.where(x > 0, x ** 3, jnp.exp(x)) * jnp.abs(x)).sum()),
    'prod': ('m', lambda x: tanh_sum(jnp.prod(x + 1.5, 1))),
    'mean, var and std': ('m', lambda x: (jnp.mean(x ** 2, 0) * jnp.var(x, 0) * jnp.std(x, 0)).sum()),
    'layer norm': ('m', lambda x: tanh_sum(norm(x, 1) * 2)),
    'batch norm': ('image', lambda x: tanh_sum(norm(x, (0, 1, 2)))),
    'softmax': ('m', lambda x: (jax.nn.softmax(x * 2, 1) * I['m']).sum()),
    'log softmax': ('m', lambda x: (jax.nn.log_softmax(x, 1)[:, 1] ** 2).sum()),
    'log sum exp': ('m', lambda x: (jax.scipy.special.logsumexp(x, 1) ** 2).sum()),
    'attention': ('t', lambda x: tanh_sum(jax.nn.softmax(x @ jnp.swapaxes(x, 1, 2) / 2, -1) @ x)),
    'relu and its leaky kind': ('v', lambda x: (jax.nn.relu(x) ** 3 + jax.nn.leaky_relu(x) ** 2).sum()),
    'relu6': ('v', lambda x: (jax.nn.relu6(x * 8) ** 2).sum()),
    'elu, celu, selu': ('v', lambda x: (jax.nn.elu(x) ** 2 + jax.nn.celu(x, 0.5) + jax.nn.selu(x)).sum()),
    'gelu': ('v', lambda x: (jax.nn.gelu(x) ** 2 + jax.nn.gelu(x, approximate=False)).sum()),
    'sigmoid, log sigmoid, softplus, swish': ('v', lambda x: (jax.nn.sigmoid(x) ** 2 + jax.nn.log_sigmoid(x) + jax.nn.softplus(x) * jax.nn.silu(x)).sum()),
    'soft sign and glu': ('m', lambda x: (jax.nn.soft_sign(x).sum() + jax.nn.glu(x, 1) ** 2).sum()),
    'exp, log, sqrt, rsqrt, reciprocal': ('p', lambda x: (jnp.exp(x) * jnp.log(x) + jnp.sqrt(x) * lax.rsqrt(x + 1) + 1 / x).sum()),
    'powers': ('p', lambda x: (jnp.power(x, 2.5) + jnp.power(1.7, x) + jnp.power(x, x) + x ** 3).sum()),
    'sines and tangents': ('v', lambda x: (jnp.sin(x) * jnp.cos(x) + jnp.tan(x) + jnp.arctan(x) + jnp.arcsin(x / 2) + jnp.arccos(x / 2)).sum()),
    'hyperbolic functions': ('v', lambda x: (jnp.sinh(x) * jnp.cosh(x) + jnp.tanh(x) + jnp.arcsinh(x) + jnp.arctanh(x / 2) + jnp.arccosh(x + 3)).sum()),
    'erf, expm1, log1p': ('v', lambda x: (jax.scipy.special.erf(x) ** 2 + jnp.expm1(x) * jnp.log1p(x + 1)).sum()),
    'arctan2 and squared differences': ('p', lambda x: (jnp.arctan2(x, x ** 2 + 1) + (x - x[::-1] ** 2) ** 2).sum()),
    'broadcasting': ('m', lambda x: tanh_sum(x[:, :1] * x[:1] / (x[1:2] ** 2 + 1) - x[0])),
}

R = {'meta': C.meta(True), 'inputs': {k: C.enc(v) for k, v in inputs.items()}}
R['second'] = {}
for name, (key, fn) in cases.items():
  x = I[key]
  u = jnp.asarray(np.round(np.cos(np.arange(x.size) * 0.6), 3).astype(f32).reshape(x.shape))
  grad = jax.grad(fn)
  hvp = jax.jvp(grad, (x,), (u,))[1]
  squared = jax.grad(lambda y: (grad(y) ** 2).sum())(x)
  R['second'][name] = {'input': key, 'grad': C.vals(grad(x)), 'hvp': C.vals(hvp), 'grad_of_squared_grad': C.vals(squared)}


# --- pytrees ------------------------------------------------------------------------------
def mlp(params, x):
  h = jnp.tanh(x @ params['hidden']['kernel'] + params['hidden']['bias'])
  return {'y': h @ params['out'], 'mean': h.mean()}


params = {'hidden': {'kernel': jnp.asarray(wave((4, 3), 0.5, 0.2)), 'bias': jnp.asarray(wave((3,), 1.0, 0.3))},
          'out': jnp.asarray(wave((3, 2), 0.9, 0.8))}
x = I['m']
R['trees'] = {
    'params': C.enc(params),
    'jacrev': C.enc(jax.jacrev(mlp)(params, x)),
    'jacrev_of_both': C.enc(jax.jacrev(mlp, argnums=(0, 1))(params, x)['mean']),
    'jacfwd_of_input': C.enc(jax.jacfwd(mlp, argnums=1)(params, x)),
    'hessian': C.enc(jax.hessian(lambda p: (mlp(p, x)['y'] ** 2).mean())(params)),
    'jvp': C.enc(jax.jvp(lambda p: mlp(p, x), (params,), (jax.tree_util.tree_map(jnp.cos, params),))[1]),
    'vjp': C.enc(jax.vjp(lambda p: mlp(p, x), params)[1]({'y': jnp.asarray(wave((3, 2), 2.0, 0.1)), 'mean': jnp.float32(2)})[0]),
}

C.write(os.path.join(A.out, 'gradients2.json'), R)
