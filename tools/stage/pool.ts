// What a person does before the first push: store the credentials, create the pool that uses them.
import { type JsonObject, operations } from '@slipway/contract'
import { ApiError, type Client } from './client.ts'

export const POOL = 'my-google-cloud-run-push-pool'
export const POOL_TYPE = 'cloud-run:push'
export const BLOCK = 'my-gcp-credentials'
const BLOCK_TYPE = 'gcp-credentials'

/** Stores a service-account key as a GCP Credentials block; one of that name gets the new key. Returns its id. */
export async function saveCredentials(client: Client, key: JsonObject): Promise<string> {
  const type = await client.call(operations.readBlockTypeBySlug, { params: { slug: BLOCK_TYPE } })
  const [schema] = await client.call(operations.readBlockSchemas, {
    body: { block_schemas: { block_type_id: { any_: [type.id] } }, limit: 1 },
  })
  if (schema === undefined) throw new Error('The server has no schema for GCP Credentials')
  const data = { service_account_info: key }
  try {
    const created = await client.call(operations.createBlockDocument, {
      body: { name: BLOCK, block_type_id: type.id, block_schema_id: schema.id, data },
    })
    return created.id
  } catch (error) {
    if (!isConflict(error)) throw error
    const params = { slug: BLOCK_TYPE, block_document_name: BLOCK }
    const found = await client.call(operations.readBlockDocumentByNameForBlockType, { params })
    await client.call(operations.updateBlockDocument, { params: { id: found.id }, body: { data } })
    return found.id
  }
}

/** The push pool whose template refers to the block; a pool of that name gets the template. */
export async function savePool(client: Client, block_document_id: string): Promise<void> {
  const base_job_template = withCredentials(await defaultTemplate(client), block_document_id)
  try {
    await client.call(operations.createWorkPool, { body: { name: POOL, type: POOL_TYPE, base_job_template } })
  } catch (error) {
    if (!isConflict(error)) throw error
    await client.call(operations.updateWorkPool, { params: { name: POOL }, body: { base_job_template } })
  }
}

interface Template {
  readonly job_configuration: JsonObject
  readonly variables: JsonObject & { readonly properties: Readonly<Record<string, JsonObject>> }
}

/** The template that a new pool of this type starts with, from where clients read it. */
async function defaultTemplate(client: Client): Promise<Template> {
  const params = { view: 'aggregate-worker-metadata' }
  // The contract says "an object"; what is in it, the pool types' own descriptions say.
  const view = (await client.call(operations.readViewContent, { params })) as unknown as Readonly<
    Record<string, Readonly<Record<string, { readonly default_base_job_configuration: Template }>>>
  >
  const found = Object.values(view).find((types) => Object.hasOwn(types, POOL_TYPE))?.[POOL_TYPE]
  if (found === undefined) throw new Error(`The server offers no work pool of type ${POOL_TYPE}`)
  return found.default_base_job_configuration
}

/** The same template with the block as default of the variable `credentials`. */
export function withCredentials({ job_configuration, variables }: Template, block_document_id: string): JsonObject {
  const credentials = { ...variables.properties['credentials'], default: { $ref: { block_document_id } } }
  return {
    job_configuration,
    variables: { ...variables, properties: { ...variables.properties, credentials } },
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409
}
