"""A peer in Python: the counterpart of serve.mjs."""
import json
import sys
import time

import numpy as np


def read_arrays(header):
  """The case's arrays: params by path, and data by name."""
  contents = open(header[:-len('json')] + 'bin', 'rb').read()
  arrays = {'params': {}, 'data': {}}
  for entry in json.load(open(header)):
    size = int(np.prod(entry['shape']))
    values = np.frombuffer(contents, entry['dtype'], size, entry['offset']).reshape(entry['shape'])
    arrays[entry['part']][entry['path']] = values
  return arrays['params'], arrays['data']


def nested(params):
  """{'a/b': x} as {'a': {'b': x}}."""
  tree = {}
  for path, value in params.items():
    *folders, name = path.split('/')
    node = tree
    for folder in folders:
      node = node.setdefault(folder, {})
    node[name] = value
  return tree


def serve(calls):
  """Each of calls is (run, loss or None, repeat): run runs once and waits; loss makes a number of what it returned."""
  answer = lambda value: print(json.dumps(value), flush=True)
  answer({'calls': list(calls)})
  for line in sys.stdin:
    request = json.loads(line)
    run, loss, repeat = calls[request['call']]
    times = []
    for _ in range(request['count']):
      begin = time.perf_counter()
      result = run()
      times.append((time.perf_counter() - begin) * 1e3 / repeat)
    answer({'times': times, 'loss': None if loss is None else float(loss(result))})
