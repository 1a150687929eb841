"""Flax as the other side of the tests: answers one JSON line for each JSON line it gets.

Values cross spelled out, so that all of their types, bits and orders count (test/parity/typedValues.ts has the other
half): an array is `dtype[shape] hex`, a float its eight bytes.
"""
import argparse
import json
import os
import random
import struct as binary
import sys

os.environ.setdefault('JAX_PLATFORMS', 'cpu')
import ml_dtypes
import numpy as np

args = argparse.ArgumentParser()
args.add_argument('--flax', choices=['current', '0.1.0'], required=True)
args.add_argument('--scripts', required=True, help='where legacy_shim.py is')
args.add_argument('--legacy-root', required=True, help='the folder with src/flax-0.1.0')
args = args.parse_args()

if args.flax == 'current':
  import jax
  import flax
  from flax import serialization
else:
  sys.path.insert(0, args.scripts)
  import legacy_shim
  legacy_shim.ROOT = args.legacy_root
  jax, flax, nn = legacy_shim.load('0.1.0', True)
  serialization = flax.serialization
import jax.numpy as jnp

TENSORS = ('float32', 'int32', 'bool', 'complex64')


def spell_array(a):
  shape = ','.join(map(str, a.shape))
  # Flax 0.1.0 restores bfloat16 as two bytes of anything.
  name = 'bfloat16' if a.dtype.kind == 'V' and a.dtype.itemsize == 2 else a.dtype.name
  return '%s[%s] %s' % (name, shape, a.tobytes('C').hex())


def spell(v):
  if v is None or isinstance(v, (bool, str)):
    return v
  if isinstance(v, np.generic):
    return {'scalar': spell_array(np.asarray(v))}
  if isinstance(v, int):
    return v if abs(v) < 2**53 else {'bigint': str(v)}
  if isinstance(v, float):
    return {'float': binary.pack('>d', v).hex()}
  if isinstance(v, complex):
    return {'Complex': [['re', spell(v.real)], ['im', spell(v.imag)]]}
  if isinstance(v, bytes):
    return {'bytes': v.hex()}
  if isinstance(v, (np.ndarray, jax.Array)):
    a = np.asarray(v)
    return {'tensor': spell_array(a)} if a.dtype.name in TENSORS else spell_array(a)
  if isinstance(v, (list, tuple)):
    return [spell(e) for e in v]
  if isinstance(v, dict):
    return {'Object': [[k, spell(e)] for k, e in v.items()]}
  raise TypeError(type(v))


DTYPES = ['bool', 'int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64', 'float16', 'float32',
          'float64', 'complex64', 'complex128', ml_dtypes.bfloat16]


def random_bits(r, dtype, shape):
  """Any bits, so that there are denormals, infinities and NaNs among the floats."""
  dtype = np.dtype(dtype)
  size = int(np.prod(shape)) * dtype.itemsize
  data = bytes(r.choice([0, 1]) for _ in range(size)) if dtype == np.bool_ else r.randbytes(size)
  return np.frombuffer(data, dtype).reshape(shape)


def random_leaf(r, scalars):
  kind = r.randrange(10)
  if kind == 0:
    return r.choice([0, -1, 1, 2**31, -2**31 - 1, 2**53, 2**63, -2**63, r.getrandbits(64), -r.getrandbits(63)])
  if kind == 1:
    return r.choice([0.0, -0.0, 1.0, -2.0, 1e300, 0.1, float('inf'), float('-inf'), float('nan'), r.gauss(0, 1)])
  if kind == 2:
    return r.choice([None, True, False, '', 'h\u00e9llo \u5c42 \U0001f600', 'x' * r.randrange(300)])
  if kind == 3:
    return r.randbytes(r.randrange(40))
  if kind == 4:
    return complex(r.gauss(0, 1), r.choice([0.0, 1.0, r.gauss(0, 1)]))
  dtype = r.choice(DTYPES)
  if kind == 5 and scalars:
    return random_bits(r, dtype, ())[()]
  return random_bits(r, dtype, tuple(r.randrange(4) for _ in range(r.randrange(4))))


def random_tree(r, depth, scalars):
  if depth == 0 or r.random() < 0.4:
    return random_leaf(r, scalars)
  # JavaScript lists keys that are numbers before the others.
  keys = r.sample(['kernel', 'bias', 'a/b', '\u00e4', 'constructor', '__proto__', 'Dense_0', 'toString', 'length', ''], r.randrange(5))
  if r.random() < 0.7:
    return {k: random_tree(r, depth - 1, scalars) for k in keys}
  return [random_tree(r, depth - 1, scalars) for _ in range(r.randrange(20))]


def read(data):
  return spell(serialization.msgpack_restore(data))


def random_value(seed):
  tree = random_tree(random.Random(seed), 4, scalars=args.flax == 'current')
  data = serialization.to_bytes(tree)
  return {'bytes': data.hex(), 'value': read(data)}


def orbax(folder):
  from flax.training import checkpoints
  return serialization.to_bytes(checkpoints.restore_checkpoint(folder, target=None)).hex()


def fill(name, data):
  """Flax's own objects, with zeros at first, from bytes of TypeScript."""
  target = TARGETS[name]()
  restored = serialization.from_bytes(target, data)
  assert type(restored) is type(target)
  return {'value': spell(serialization.to_state_dict(restored)), 'bytes': serialization.to_bytes(restored).hex()}


def legacy_targets():
  params = {'bias': jnp.zeros((3,)), 'kernel': jnp.zeros((2, 3))}
  model = lambda: nn.Model(nn.Dense.partial(features=3), params)
  optim = flax.optim
  definitions = {
      'GradientDescent': optim.GradientDescent, 'Momentum': optim.Momentum, 'Adam': optim.Adam, 'LAMB': optim.LAMB,
      'LARS': optim.LARS, 'RMSProp': optim.RMSProp, 'Adagrad': optim.Adagrad,
      'WeightNorm': lambda **kw: optim.WeightNorm(optim.Momentum(**kw)),
  }
  create = lambda definition: lambda: definition(learning_rate=0.1).create(model())

  def multi(learning_rate):
    kernels = optim.ModelParamTraversal(lambda path, _: 'kernel' in path)
    biases = optim.ModelParamTraversal(lambda path, _: 'bias' in path)
    momentum = optim.Momentum(learning_rate=learning_rate)
    return optim.MultiOptimizer((kernels, momentum), (biases, optim.Adam(learning_rate=learning_rate)))

  named = {name: create(definition) for name, definition in definitions.items()}
  return {'Model': model, 'MultiOptimizer': create(multi), **named}


def current_targets():
  from flax.training import train_state

  @flax.struct.dataclass
  class State:
    params: dict
    half: jax.Array
    step: int

  zeros = {'Dense_0': {'kernel': jnp.zeros((2, 3)), 'bias': jnp.zeros((3,))}}
  return {
      'dataclass': lambda: State(params=zeros, half=jnp.zeros((2,), jnp.bfloat16), step=0),
      'TrainState': lambda: train_state.TrainState(
          step=0, apply_fn=None, params=zeros, tx=None, opt_state=({'mu': zeros, 'nu': zeros}, ())),
  }


TARGETS = current_targets() if args.flax == 'current' else legacy_targets()

DO = {
    'read': lambda q: read(bytes.fromhex(q['bytes'])),
    'random': lambda q: random_value(q['seed']),
    'orbax': lambda q: orbax(q['folder']),
    'fill': lambda q: fill(q['target'], bytes.fromhex(q['bytes'])),
}

for line in sys.stdin:
  question = json.loads(line)
  try:
    answer = {'answer': DO[question['do']](question)}
  except Exception as error:  # The test shows it.
    answer = {'error': '%s: %s' % (type(error).__name__, error)}
  print('\n@' + json.dumps(answer), flush=True)
