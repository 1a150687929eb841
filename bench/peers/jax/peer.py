"""JAX with Flax Linen and Optax, jitted."""
import os
import sys
from functools import partial

os.environ.setdefault('JAX_PLATFORMS', 'cpu')
sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..'))

import jax
import jax.numpy as jnp
import optax

import models
from serve import nested, read_arrays, serve


def cross_entropy(logits, data):
  return optax.softmax_cross_entropy_with_integer_labels(logits, data['labels']).mean()


def mean_square(y, data):
  return jnp.mean(jnp.square(y - data['y']))


TRAINED = {
  'linreg': (models.LinearRegression, mean_square, optax.sgd(0.1, momentum=0.9)),
  'linreg100': (models.LinearRegression, mean_square, optax.sgd(0.1, momentum=0.9)),
  'mlp': (models.MLP, cross_entropy, optax.adam(1e-3)),
  'cnn': (models.CNN, cross_entropy, optax.sgd(0.01, momentum=0.9)),
  'transformer': (models.Transformer, mean_square, optax.adam(1e-4)),
  'lstm': (models.LSTM, mean_square, optax.adam(1e-3)),
}


def training(name, header):
  Model, loss_of, optimizer = TRAINED[name]
  params, data = jax.tree.map(jnp.asarray, read_arrays(header))
  model = Model()
  params = {'params': nested(params)}

  def one(params, state, data):
    loss, grad = jax.value_and_grad(lambda p: loss_of(model.apply(p, data['x']), data))(params)
    updates, state = optimizer.update(grad, state, params)
    return optax.apply_updates(params, updates), state, loss

  def hundred(params, state, data):
    def body(carry, _):
      *carry, loss = one(*carry, data)
      return carry, loss
    carry, losses = jax.lax.scan(body, [params, state], None, length=100)
    return *carry, losses[-1]

  forward = jax.jit(model.apply)
  # The steps donate the parameters that they replace.
  own = jax.tree.map(jnp.copy, params)
  step = jax.jit(hundred if name == 'linreg100' else one, donate_argnums=(0, 1))
  state = optimizer.init(own)

  def train():
    nonlocal own, state
    own, state, loss = step(own, state, data)
    return loss.block_until_ready()

  calls = {'train': (train, lambda loss: loss, 1)}
  if name != 'linreg100':
    calls['forward'] = (lambda: forward(params, data['x']).block_until_ready(), jnp.sum, 1)
  return calls


def shapes(model, shape):
  key = jax.random.PRNGKey(0)
  spec = jax.ShapeDtypeStruct(shape, jnp.float32)
  # A new function each time: JAX would give what it found for the last one.
  return lambda: jax.eval_shape(lambda key, x: model.init(key, x), key, spec)


def resnet50():
  model, key, x = models.ResNet50(), jax.random.PRNGKey(0), jnp.zeros((1, 224, 224, 3))
  return {
    'init': (lambda: jax.block_until_ready(model.init(key, x)), None, 1),
    'evalShape': (shapes(model, (1, 224, 224, 3)), None, 1),
  }


def dispatch():
  repeat = 1000
  x = jnp.ones(4)
  add = jax.jit(lambda x: x + x)

  def repeated(fn):
    def run():
      for _ in range(repeat):
        y = fn(x)
      y.block_until_ready()
    return run, None, repeat

  return {'op': repeated(lambda x: jnp.add(x, x)), 'jit': repeated(add)}


name, header = sys.argv[1:3]
if name in TRAINED:
  serve(training(name, header))
elif name == 'resnet50':
  serve(resnet50())
elif name == 'transformerShapes':
  serve({'evalShape': (shapes(models.Transformer(), (8, 128, 256)), None, 1)})
else:
  serve(dispatch())
