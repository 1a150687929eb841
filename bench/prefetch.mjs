/** What reading ahead gains: `npm run bench:prefetch`. A step and the wait for its batch take the same time. */
import { setTimeout as sleep } from 'node:timers/promises';
import { data } from 'distaff';

const [steps, ms, rounds] = [40, 12, 5];
const examples = () => data.from(Array.from({ length: steps }, (_, i) => i));
const waiting = () => examples().map(() => sleep(ms, 0));
/** An open, a read and a close: three turns of the event loop, of which a step gives one. */
const files = async () => {
  for (let i = 0; i < 3; i++) await sleep(ms / 3);
  return 0;
};

async function time(pipeline) {
  const begin = performance.now();
  for await (const _ of pipeline) {
    const step = performance.now();
    while (performance.now() - step < ms);
  }
  return performance.now() - begin;
}

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

async function compare(name, one, other) {
  const ratios = [];
  for (let round = 0; round < rounds; round++) ratios.push((await time(one())) / (await time(other())));
  console.log(`${name}: ${median(ratios).toFixed(2)} times as fast (median of ${rounds} ratios)`);
}

await compare('one wait a batch, prefetch(2)', waiting, () => waiting().prefetch(2));
await compare(
  'three waits a batch, map in parallel and prefetch(2)',
  () => examples().map(files),
  () => examples().map(files, { parallel: 4 }).prefetch(2),
);
