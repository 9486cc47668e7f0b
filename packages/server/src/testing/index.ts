export { createCloudRunProvider } from '../providers/cloud-run/provider.ts'
export { findPostmaster } from '../store/embedded-postmaster.ts'
export { describeProvider, type CloudHarness, type SubmitFailure } from './provider-conformance.ts'
export { removeAbandoned, testFolder } from './test-folders.ts'
