import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { registeredChecksum, REGISTERED_BLOCK_TYPES } from './registry.ts'
import { obfuscate } from './secrets.ts'

/** What clients of Prefect save, with every field that they always write. */
const saved = {
  'gcp-credentials': {
    service_account_file: null,
    service_account_info: { type: 's', private_key: 'hidden' },
    project: null,
  },
  'aws-credentials': {
    aws_access_key_id: 'AKIA',
    aws_secret_access_key: 'hidden',
    aws_session_token: 'hidden',
    profile_name: null,
    region_name: 'eu-west-1',
    aws_client_parameters: { use_ssl: true },
    assume_role_arn: null,
    assume_role_kwargs: {},
  },
  'azure-container-instance-credentials': {
    client_id: 'c',
    tenant_id: 't',
    client_secret: 'hidden',
    credential_kwargs: { password: 'hidden' },
  },
  'docker-registry-credentials': { username: 'u', password: 'hidden', registry_url: 'ghcr.io', reauth: true },
  secret: { value: { any: 'hidden' } },
}

test('five types are there from the first start', () => {
  expect(REGISTERED_BLOCK_TYPES.map(({ slug }) => slug)).toEqual(Object.keys(saved))
  for (const { slug, schema } of REGISTERED_BLOCK_TYPES) {
    expect(schema.fields).toMatchObject({ block_type_slug: slug, block_schema_references: {} })
  }
})

test('each checksum is its own and does not change by itself: a new one wants a new version', () => {
  expect(Object.fromEntries(REGISTERED_BLOCK_TYPES.map(({ slug, schema }) => [slug, registeredChecksum(schema)])))
    .toMatchInlineSnapshot(`
    {
      "aws-credentials": "sha256:ced3e9eaa400b313ca5827cd348164519b74689c0f28293751d7f4f8ee96791c",
      "azure-container-instance-credentials": "sha256:da3370bf866870d3df67e109224bdc325a16411e59318d046299d4d0471651c6",
      "docker-registry-credentials": "sha256:1f818f779f2c4fdbb427787f767f46924412c25778c72a043a0037cc6d5fd126",
      "gcp-credentials": "sha256:197b566e34eea8fcf09fce8a0c1d333354b380422ba83d3c108ab67140d3e3b4",
      "secret": "sha256:2d1f4ecdfc27ff8c8a48d57a4fccde2df396a6cb067ced5fdf7f8e5218e0975f",
    }
  `)
})

test.for(Object.entries(saved))('%s takes what clients save and shows no secret of it', ([slug, data]) => {
  const fields = REGISTERED_BLOCK_TYPES.find((type) => type.slug === slug)?.schema.fields ?? {}
  const { properties = {}, required = [] } = fields
  const ajv = new Ajv({ strict: false, validateFormats: false })
  expect(ajv.validate({ type: 'object', properties, required, additionalProperties: false }, data)).toBe(true)
  const shown = JSON.stringify(obfuscate(data, fields))
  expect(shown).not.toContain('hidden')
  expect(shown).toContain('********')
})
