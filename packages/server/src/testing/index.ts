export { createCloudRunProvider } from '../providers/cloud-run/provider.ts'
export { describeProvider, type CloudHarness, type SubmitFailure } from './provider-conformance.ts'
