import { Type } from 'typebox'
import { Artifact, ArtifactCollection, ArtifactCreate, ArtifactUpdate } from '../artifacts.ts'
import { ArtifactCollectionFilter, ArtifactCollectionSort, ArtifactFilter, ArtifactSort } from '../filters/artifacts.ts'
import { joined } from '../filters/joined.ts'
import { ById } from '../ids.ts'
import { BODY_16_MIB, operation } from '../operation.ts'
import { PageLimit, PageOffset } from '../paging.ts'
import { Default, Integer } from '../schema.ts'

export const createArtifact = operation({
  id: 'createArtifact',
  method: 'POST',
  path: '/artifacts/',
  summary: 'Create an artifact',
  tags: ['Artifacts'],
  scope: 'run',
  body: ArtifactCreate,
  response: Artifact,
  status: 201,
  maxBodyBytes: BODY_16_MIB,
})

export const readArtifact = operation({
  id: 'readArtifact',
  method: 'GET',
  path: '/artifacts/{id}',
  summary: 'Read an artifact',
  tags: ['Artifacts'],
  scope: 'read',
  params: ById,
  response: Artifact,
  errors: [404],
})

export const readLatestArtifact = operation({
  id: 'readLatestArtifact',
  method: 'GET',
  path: '/artifacts/{key}/latest',
  summary: 'Read the newest artifact of a key',
  tags: ['Artifacts'],
  scope: 'read',
  params: Type.Object({ key: Type.String() }),
  response: Artifact,
  errors: [404],
})

export const updateArtifact = operation({
  id: 'updateArtifact',
  method: 'PATCH',
  path: '/artifacts/{id}',
  summary: 'Change an artifact',
  tags: ['Artifacts'],
  scope: 'run',
  params: ById,
  body: ArtifactUpdate,
  status: 204,
  errors: [404],
  maxBodyBytes: BODY_16_MIB,
})

export const deleteArtifact = operation({
  id: 'deleteArtifact',
  method: 'DELETE',
  path: '/artifacts/{id}',
  summary: 'Delete an artifact',
  tags: ['Artifacts'],
  scope: 'deploy',
  params: ById,
  status: 204,
  errors: [404],
})

export const readArtifacts = operation({
  id: 'readArtifacts',
  method: 'POST',
  path: '/artifacts/filter',
  summary: 'List artifacts',
  tags: ['Artifacts'],
  scope: 'read',
  body: Type.Object({
    ...joined,
    sort: Default(ArtifactSort, 'ID_DESC'),
    offset: PageOffset,
    artifacts: Type.Optional(ArtifactFilter),
    limit: PageLimit,
  }),
  embedded: true,
  response: Type.Array(Artifact),
})

export const readLatestArtifacts = operation({
  id: 'readLatestArtifacts',
  method: 'POST',
  path: '/artifacts/latest/filter',
  summary: 'List the newest artifact of each key',
  tags: ['Artifacts'],
  scope: 'read',
  body: Type.Object({
    ...joined,
    sort: Default(ArtifactCollectionSort, 'ID_DESC'),
    offset: PageOffset,
    artifacts: Type.Optional(ArtifactCollectionFilter),
    limit: PageLimit,
  }),
  embedded: true,
  response: Type.Array(ArtifactCollection),
})

export const countArtifacts = operation({
  id: 'countArtifacts',
  method: 'POST',
  path: '/artifacts/count',
  summary: 'Count artifacts',
  tags: ['Artifacts'],
  scope: 'read',
  body: Type.Object({ ...joined, artifacts: Type.Optional(ArtifactFilter) }),
  embedded: true,
  response: Integer(),
})

export const countLatestArtifacts = operation({
  id: 'countLatestArtifacts',
  method: 'POST',
  path: '/artifacts/latest/count',
  summary: 'Count artifact keys',
  tags: ['Artifacts'],
  scope: 'read',
  body: Type.Object({ ...joined, artifacts: Type.Optional(ArtifactCollectionFilter) }),
  embedded: true,
  response: Integer(),
})
