import { aptInstall } from './apt.mjs';
import { findOnPath } from './findOnPath.mjs';

/**
 * Makes sure that there is a C++ compiler: `CXX`, g++, c++ or clang++; installs g++ with apt when there is none and apt may.
 * @param {{ log: (line: string) => void }} options
 */
export async function ensureCompiler({ log }) {
  if (process.env.CXX || ['g++', 'c++', 'clang++'].some(findOnPath)) return;
  await aptInstall('g++', { what: 'a C++ compiler, for the native addon', log });
}
