// `npm run compatibility`: writes docs/compatibility.md from docs/compatibility/ unless that and the library disagree.
import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { placesOf } from './compatibility/places.mjs';
import { disagreements, readData, toMarkdown } from './compatibility/table.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
// Inside of runtime/, where `#tfjs` and the packages are found.
const outfile = `${root}runtime/build/exports-${process.pid}.mjs`;
let library;
try {
  await build({
    absWorkingDir: root,
    entryPoints: ['runtime/src/index.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    external: ['#tfjs'],
    keepNames: true,
    logLevel: 'warning',
  });
  library = await import(pathToFileURL(outfile).href);
} finally {
  rmSync(outfile, { force: true });
}

const data = readData();
const found = disagreements(data, placesOf(library));
if (found.length > 0) {
  console.error(`${found.join('\n')}\n\ndocs/compatibility.md is not written: ${found.length} disagreements.`);
  process.exitCode = 1;
} else {
  writeFileSync(`${root}docs/compatibility.md`, toMarkdown(data));
  console.log(`docs/compatibility.md: ${data.rows.length} names.`);
}
