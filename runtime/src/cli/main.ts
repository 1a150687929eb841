/** The command `distaff`. */
import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { runFile } from './run';
import { setUp } from './setUp';
import { printShapes } from './shapes';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

const program = new Command('distaff')
  .description('Neural networks in TypeScript: see shapes, run files.')
  .version(version)
  .showHelpAfterError()
  // What follows a file's name is the file's own.
  .enablePositionalOptions();

program
  .command('shapes')
  .description("print a file's shapes as the editor shows them")
  .argument('<file>', 'a TypeScript file that imports distaff')
  .addOption(new Option('--format <format>', 'how to print').choices(['table', 'json']).default('table'))
  .option('--budget <seconds>', 'how long the evaluation may take', seconds, 2)
  .action(async (file: string, { format, budget }: { format: 'table' | 'json'; budget: number }) => {
    process.exitCode = await printShapes(file, format, budget);
  });

program
  .command('run')
  .description('evaluate a TypeScript file on TensorFlow; exits with its exit code')
  .argument('<file>', 'the file')
  .argument('[args...]', "the file's own arguments (process.argv)")
  .passThroughOptions()
  .action(async (file: string, args: string[]) => {
    await runFile(file, args);
  });

program
  .command('setup')
  .description("fetch libtensorflow into the user's cache and compile the native addon")
  .action(setUp);

await program.parseAsync();

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('A number of seconds greater than 0.');
  return value;
}
