"""TensorFlow's tf.function."""
import os
import sys

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '2')
sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..'))

import tensorflow as tf

from serve import read_arrays, serve


def dense(p, name, x):
  return tf.matmul(x, p[f'{name}/kernel']) + p[f'{name}/bias']


def conv(p, name, x):
  return tf.nn.bias_add(tf.nn.conv2d(x, p[f'{name}/kernel'], 1, 'SAME'), p[f'{name}/bias'])


def layer_norm(p, name, x):
  mean, variance = tf.nn.moments(x, [-1], keepdims=True)
  return tf.nn.batch_normalization(x, mean, variance, p[f'{name}/bias'], p[f'{name}/scale'], 1e-6)


def attention(p, name, x):
  def heads(part):
    return tf.einsum('btd,dhk->bhtk', x, p[f'{name}/{part}/kernel']) + p[f'{name}/{part}/bias'][:, None]

  weights = tf.nn.softmax(tf.matmul(heads('query') / 32 ** 0.5, heads('key'), transpose_b=True))
  mixed = tf.matmul(weights, heads('value'))
  return tf.einsum('bhtk,hkd->btd', mixed, p[f'{name}/out/kernel']) + p[f'{name}/out/bias']


def linear_regression(p, x):
  return dense(p, 'Dense_0', x)


def mlp(p, x):
  x = tf.nn.relu(dense(p, 'Dense_0', x))
  x = tf.nn.relu(dense(p, 'Dense_1', x))
  return dense(p, 'Dense_2', x)


def cnn(p, x):
  for name in ['Conv_0', 'Conv_1']:
    x = tf.nn.avg_pool2d(tf.nn.relu(conv(p, name, x)), 2, 2, 'VALID')
  x = tf.nn.relu(dense(p, 'Dense_0', tf.reshape(x, [x.shape[0], -1])))
  return dense(p, 'Dense_1', x)


def transformer(p, x):
  for i in range(4):
    x = x + attention(p, f'MultiHeadDotProductAttention_{i}', layer_norm(p, f'LayerNorm_{2 * i}', x))
    h = layer_norm(p, f'LayerNorm_{2 * i + 1}', x)
    h = tf.nn.gelu(tf.einsum('btd,de->bte', h, p[f'Dense_{2 * i}/kernel']) + p[f'Dense_{2 * i}/bias'], approximate=True)
    x = x + tf.einsum('btd,de->bte', h, p[f'Dense_{2 * i + 1}/kernel']) + p[f'Dense_{2 * i + 1}/bias']
  return layer_norm(p, 'LayerNorm_8', x)


def lstm(p, x):
  of_input = tf.concat([p[f'lstm/i{gate}/kernel'] for gate in 'ifgo'], 1)
  of_output = tf.concat([p[f'lstm/h{gate}/kernel'] for gate in 'ifgo'], 1)
  bias = tf.concat([p[f'lstm/h{gate}/bias'] for gate in 'ifgo'], 0)

  def cell(carry, x):
    c, h = carry
    i, f, g, o = tf.split(tf.matmul(x, of_input) + tf.matmul(h, of_output) + bias, 4, 1)
    c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g)
    return c, tf.sigmoid(o) * tf.tanh(c)

  zeros = tf.zeros([x.shape[0], 64])
  return tf.transpose(tf.scan(cell, tf.transpose(x, [1, 0, 2]), (zeros, zeros))[1], [1, 0, 2])


def cross_entropy(logits, data):
  return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(data['labels'], logits))


def mean_square(y, data):
  return tf.reduce_mean(tf.square(y - data['y']))


def momentum(learning_rate):
  def make(variables):
    velocities = [tf.Variable(tf.zeros_like(v)) for v in variables]

    def update(grads):
      for v, velocity, grad in zip(variables, velocities, grads):
        velocity.assign(0.9 * velocity + grad)
        v.assign_sub(learning_rate * velocity)
    return update
  return make


def adam(learning_rate):
  def make(variables):
    step = tf.Variable(0.)
    moments = [(tf.Variable(tf.zeros_like(v)), tf.Variable(tf.zeros_like(v))) for v in variables]

    def update(grads):
      step.assign_add(1.)
      rate = learning_rate * tf.sqrt(1 - 0.999 ** step) / (1 - 0.9 ** step)
      eps = 1e-8 * tf.sqrt(1 - 0.999 ** step)
      for v, (m, s), grad in zip(variables, moments, grads):
        tf.raw_ops.ResourceApplyAdam(
          var=v.handle, m=m.handle, v=s.handle, beta1_power=0., beta2_power=0., lr=rate, beta1=0.9, beta2=0.999,
          epsilon=eps, grad=grad)
    return update
  return make


TRAINED = {
  'linreg': (linear_regression, mean_square, momentum(0.1)),
  'linreg100': (linear_regression, mean_square, momentum(0.1)),
  'mlp': (mlp, cross_entropy, adam(1e-3)),
  'cnn': (cnn, cross_entropy, momentum(0.01)),
  'transformer': (transformer, mean_square, adam(1e-4)),
  'lstm': (lstm, mean_square, adam(1e-3)),
}


def training(name, header):
  model, loss_of, optimizer = TRAINED[name]
  arrays, data = read_arrays(header)
  params = {path: tf.constant(value) for path, value in arrays.items()}
  variables = {path: tf.Variable(value) for path, value in arrays.items()}
  data = {key: tf.constant(value) for key, value in data.items()}
  update = optimizer(list(variables.values()))

  def one():
    with tf.GradientTape() as tape:
      loss = loss_of(model(variables, data['x']), data)
    update(tape.gradient(loss, list(variables.values())))
    return loss

  def hundred():
    loss = tf.constant(0.)
    for _ in tf.range(100):
      loss = one()
    return loss

  train = tf.function(hundred if name == 'linreg100' else one)
  forward = tf.function(model)
  calls = {'train': (train, lambda loss: loss.numpy(), 1)}
  if name != 'linreg100':
    calls['forward'] = (lambda: forward(params, data['x']), lambda y: tf.reduce_sum(y).numpy(), 1)
  return calls


def dispatch():
  repeat = 1000
  x = tf.ones(4)
  add = tf.function(lambda x: x + x)

  def repeated(fn):
    def run():
      for _ in range(repeat):
        fn(x)
    return run, None, repeat

  return {'op': repeated(lambda x: tf.add(x, x)), 'jit': repeated(add)}


name, header = sys.argv[1:3]
serve(training(name, header) if name in TRAINED else dispatch())
