import type { Provider, Providers } from './provider.ts'
import { CLOUD_RUN_TYPES, describeCloudRun } from './cloud-run/template.ts'

export interface ProviderEndpoints {
  readonly gcp_run: string
  readonly gcp_logging: string
}

/** Which provider serves which work-pool type. A cloud's library is imported when its first pool is used, not before. */
export function createProviders(endpoints: ProviderEndpoints): Providers {
  let cloudRun: Promise<Provider> | null = null
  const loadCloudRun = async () => {
    const { createCloudRunProvider } = await import('./cloud-run/provider.ts')
    const { loadLibrary } = await import('./cloud-run/client.ts')
    await loadLibrary()
    return createCloudRunProvider({ run: endpoints.gcp_run, logging: endpoints.gcp_logging })
  }
  const isCloudRun = (type: string) => CLOUD_RUN_TYPES.some((known) => known === type)
  return {
    types: CLOUD_RUN_TYPES,
    describe: (type) => (isCloudRun(type) ? describeCloudRun(type) : null),
    get: async (type) => {
      if (!isCloudRun(type)) return null
      cloudRun ??= loadCloudRun()
      return await cloudRun
    },
  }
}
