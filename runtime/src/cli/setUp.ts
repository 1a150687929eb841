/** `distaff setup`: what an installed package needs to run models, with the scripts that come with it. */
export async function setUp(): Promise<void> {
  const script = new URL('../setup/native.mjs', import.meta.url).href;
  const { setUpNative } = (await import(script)) as {
    setUpNative(options: { log(line: string): void }): Promise<void>;
  };
  try {
    await setUpNative({ log: (line) => console.log(line) });
    console.log('Models can run on TensorFlow now.');
  } catch (error) {
    console.error(`distaff setup: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}
