/**
 * Input pipelines: batches of arrays, and streams of examples from iterables and files.
 *
 * @module
 */
export { type Batches, type BatchesOptions, type BatchIterator, batches, type Shard } from './batches';
export type { Batch, Column, Columns, Row, RowBatch, TypedColumn } from './columns';
export { DataError, type Json, type State } from './cursor';
export type { StreamIterator } from './iterator';
export { lines } from './lines';
export { npy, type RecordsOptions, readNpy, records } from './npy';
export type { Progress } from './progress';
export type { FileReader, Reader, Source } from './sources';
export type { Mapped } from './stages/map';
export { from, fromArrays, fromFiles, type Stream } from './stream';
