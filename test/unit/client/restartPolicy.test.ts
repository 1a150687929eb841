import { expect, it } from 'vitest';
import { RestartPolicy } from '../../../client/src/restartPolicy';

const MINUTE = 60_000;

it('restarts a crashed server at once, then waits longer each time, then gives up', () => {
  const policy = new RestartPolicy();
  const decisions = [0, 1_000, 2_000, 3_000, 4_000].map((now) => policy.crashed(now));
  const delays = decisions.map((decision) => (decision.restart ? decision.delay : 'gives up'));
  expect(delays).toEqual([0, 500, 2_000, 5_000, 'gives up']);
});

it('forgets crashes that are older than three minutes', () => {
  const policy = new RestartPolicy();
  for (const minute of [0, 1, 2, 3, 4, 5, 6, 7, 8]) expect(policy.crashed(minute * MINUTE).restart).toBe(true);
  expect(policy.crashes).toBe(3);
});

it('begins anew when the user restarts the server', () => {
  const policy = new RestartPolicy();
  for (let crash = 0; crash < 5; crash++) policy.crashed(crash);
  policy.forget();
  expect(policy.crashed(6)).toEqual({ restart: true, delay: 0 });
});
