"""Learning-rate schedules, and clipping by global norm: what each gives for some steps and gradients."""
import common as C
A = C.args()
from legacy_shim import load
jax, flax, nn = load(A.flax, True)
import os
import numpy as np
import optax
from jax import numpy as jnp
from jax.example_libraries import optimizers
from flax.training import lr_schedule

S = {}

def record(name, how, call, steps):
  """`how` is the expression; each step is given as a float32 array, as in a jitted train step."""
  S[name] = {'how': how, 'steps': steps, 'values': [C.vals(jnp.asarray(call(jnp.asarray(t, jnp.float32)), jnp.float32)) for t in steps]}

const, stepped, cosine = (lr_schedule.create_constant_learning_rate_schedule, lr_schedule.create_stepped_learning_rate_schedule,
                          lr_schedule.create_cosine_learning_rate_schedule)
SHORT = [0, 1, 2, 3, 7, 19, 20, 21, 49, 50, 51, 99, 100, 101, 150, 1000]
record('flax_constant', 'create_constant_learning_rate_schedule(0.1, 10)', const(0.1, 10), SHORT)
record('flax_constant_warmup', 'create_constant_learning_rate_schedule(0.1, 10, warmup_length=5)', const(0.1, 10, warmup_length=5), SHORT)
PLAN = [[30, 0.1], [60, 0.01], [80, 0.001]]
EDGES = [0, 1, 89, 90, 91, 179, 180, 181, 239, 240, 241, 5000]
record('flax_stepped', 'create_stepped_learning_rate_schedule(0.4, 3, [[30, 0.1], [60, 0.01], [80, 0.001]])', stepped(0.4, 3, PLAN), EDGES)
record('flax_stepped_warmup', 'create_stepped_learning_rate_schedule(0.4, 3, [[30, 0.1], [60, 0.01], [80, 0.001]], warmup_length=40)',
       stepped(0.4, 3, PLAN, warmup_length=40), EDGES)
record('flax_stepped_halves', 'create_stepped_learning_rate_schedule(1, 5, [[0.5, 0.5], [1.5, 0.25]])', stepped(1., 5, [[.5, .5], [1.5, .25]]),
       [0, 2, 3, 4, 7, 8, 9])
record('flax_cosine', 'create_cosine_learning_rate_schedule(0.1, 10, 10)', cosine(0.1, 10, 10), SHORT)
record('flax_cosine_warmup', 'create_cosine_learning_rate_schedule(0.1, 10, 10, warmup_length=2)', cosine(0.1, 10, 10, warmup_length=2), SHORT)
# The product of the factors that Flax's translation and language-model examples name 'constant * linear_warmup * rsqrt_decay'.
record('rsqrt_warmup', 'constant * linear_warmup * rsqrt_decay, 0.05, 100 steps',
       lambda t: 0.05 * jnp.minimum(1., t / 100) / jnp.sqrt(jnp.maximum(t, 100)), SHORT)
record('rsqrt', 'constant * rsqrt_decay, 0.05, 4 steps', lambda t: 0.05 / jnp.sqrt(jnp.maximum(t, 4)), SHORT)
record('optax_warmup_constant', 'optax.warmup_constant_schedule(0, 0.3, 20)', optax.warmup_constant_schedule(0., .3, 20), SHORT)
record('optax_cosine', 'optax.cosine_decay_schedule(0.3, 100), which ends at step 100', optax.cosine_decay_schedule(.3, 100), [0, 1, 50, 99, 100])
record('jax_piecewise', 'jax.example_libraries.optimizers.piecewise_constant([20, 50], [0.1, 0.05, 0.001])',
       optimizers.piecewise_constant([20, 50], [.1, .05, .001]), SHORT)

G = {'dense': {'kernel': jnp.asarray([[3., -4.], [0., 12.]]), 'bias': jnp.asarray([0.5, -0.25])}, 'scale': jnp.asarray(2.)}
CL = []
for name, grads, max_norm in [('larger', G, 1.), ('smaller', G, 100.), ('zero', jax.tree.map(jnp.zeros_like, G), 1.),
                              ('infinite', {**G, 'scale': jnp.asarray(jnp.inf)}, 1.)]:
  CL.append({'name': name, 'grads': C.enc(grads), 'max_norm': max_norm, 'global_norm': C.enc(optax.global_norm(grads)),
             'clipped': C.enc(optimizers.clip_grads(grads, max_norm))})

C.write(os.path.join(A.out, 'schedules.json'),
        {'meta': C.meta(True, A.flax, optax=optax.__version__, note='no PRNG involved'), 'schedules': S, 'clip_grads': CL})
