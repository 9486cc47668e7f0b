/** Local stand-ins for clouds. They import nothing of Slipway: they judge the code that talks to them. */
export { type CloudRunEmulator, type CloudRunEmulatorOptions, startCloudRunEmulator } from './start-cloud-run.ts'
export type { EngineName } from './engine.ts'
