const megabyte = 1e6;
const barWidth = 24;

/**
 * Shows how far a download is: a bar that redraws itself on a terminal, a line every ten percent elsewhere.
 * @param {string} label
 * @param {{ write: (text: string) => unknown, isTTY?: boolean }} stream
 * @param {() => number} [now] milliseconds
 * @returns {(received: number, total: number | undefined) => void} takes bytes; the first call's are those of an earlier run
 */
export function createProgress(label, stream, now = Date.now) {
  const started = now();
  let resumedAt;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let nextTenth = 1;
  return (received, total) => {
    resumedAt ??= received;
    const elapsed = (now() - started) / 1000;
    const speed = elapsed > 0 ? (received - resumedAt) / elapsed : 0;
    const line = describe({ label, received, total, speed });
    const done = received === total;
    if (stream.isTTY) {
      if (!done && now() - drawnAt < 100) return;
      drawnAt = now();
      stream.write(`\r${line}\x1b[K${done ? '\n' : ''}`);
    } else if (total && received >= (nextTenth * total) / 10) {
      nextTenth = Math.floor((received * 10) / total) + 1;
      stream.write(`${line}\n`);
    }
  };
}

function describe({ label, received, total, speed }) {
  const rate = `${(speed / megabyte).toFixed(1)} MB/s`;
  const size = (bytes) => (bytes / megabyte).toFixed(0);
  if (!total) return `${label}  ${size(received)} MB  ${rate}`;
  const filled = Math.round((barWidth * received) / total);
  const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
  const percent = `${Math.floor((100 * received) / total)} %`.padStart(5);
  const left = speed > 0 && received < total ? `  ${Math.ceil((total - received) / speed)} s left` : '';
  return `${label}  ${bar} ${percent}  ${size(received)} of ${size(total)} MB  ${rate}${left}`;
}
