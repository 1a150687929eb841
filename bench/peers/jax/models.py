"""The models, written with Flax Linen."""
from functools import partial

import flax.linen as nn
import jax.numpy as jnp


class LinearRegression(nn.Module):
  @nn.compact
  def __call__(self, x):
    return nn.Dense(1)(x)


class MLP(nn.Module):
  @nn.compact
  def __call__(self, x):
    x = nn.relu(nn.Dense(512)(x))
    x = nn.relu(nn.Dense(512)(x))
    return nn.Dense(10)(x)


class CNN(nn.Module):
  @nn.compact
  def __call__(self, x):
    x = nn.relu(nn.Conv(32, (3, 3))(x))
    x = nn.avg_pool(x, (2, 2), (2, 2))
    x = nn.relu(nn.Conv(64, (3, 3))(x))
    x = nn.avg_pool(x, (2, 2), (2, 2))
    x = x.reshape((x.shape[0], -1))
    x = nn.relu(nn.Dense(256)(x))
    return nn.Dense(10)(x)


class Transformer(nn.Module):
  @nn.compact
  def __call__(self, x):
    for _ in range(4):
      h = nn.LayerNorm()(x)
      x = x + nn.MultiHeadDotProductAttention(num_heads=8, qkv_features=256)(h, h)
      h = nn.LayerNorm()(x)
      h = nn.gelu(nn.Dense(1024)(h))
      x = x + nn.Dense(256)(h)
    return nn.LayerNorm()(x)


class LSTM(nn.Module):
  @nn.compact
  def __call__(self, x):
    return nn.RNN(nn.OptimizedLSTMCell(64, name='lstm'))(x)


class Bottleneck(nn.Module):
  filters: int
  strides: int = 1

  @nn.compact
  def __call__(self, x, train=True):
    conv = partial(nn.Conv, use_bias=False)
    norm = partial(nn.BatchNorm, use_running_average=not train, momentum=0.9, epsilon=1e-5)
    y = nn.relu(norm()(conv(self.filters, (1, 1))(x)))
    y = nn.relu(norm()(conv(self.filters, (3, 3), (self.strides, self.strides))(y)))
    y = norm(scale_init=nn.initializers.zeros_init())(conv(self.filters * 4, (1, 1))(y))
    if x.shape != y.shape:
      x = norm()(conv(self.filters * 4, (1, 1), (self.strides, self.strides))(x))
    return nn.relu(x + y)


class ResNet50(nn.Module):
  @nn.compact
  def __call__(self, x, train=True):
    norm = nn.BatchNorm(use_running_average=not train, momentum=0.9, epsilon=1e-5)
    x = nn.relu(norm(nn.Conv(64, (7, 7), (2, 2), use_bias=False)(x)))
    x = nn.max_pool(x, (3, 3), strides=(2, 2), padding='SAME')
    for i, blocks in enumerate((3, 4, 6, 3)):
      for j in range(blocks):
        x = Bottleneck(64 * 2 ** i, strides=2 if i > 0 and j == 0 else 1)(x, train=train)
    return nn.Dense(1000)(jnp.mean(x, axis=(1, 2)))
