import { type Artifact, type ArtifactCollection, operations } from '@slipway/contract'
import type { FastifyInstance } from 'fastify'
import type { EdgeContext } from '../../context.ts'
import { artifactNotFound, changeArtifact, createArtifact, removeArtifact } from '../../operations/edit-artifacts.ts'
import {
  countArtifacts,
  countCollections,
  findArtifact,
  findLatestArtifact,
  listArtifacts,
  listCollections,
} from '../../store/artifacts.ts'
import type { ArtifactCollectionRow, ArtifactRow } from '../../store/rows.ts'
import { mount } from '../mount.ts'

export function mountArtifactRoutes(app: FastifyInstance, ctx: EdgeContext): void {
  mount(app, operations.createArtifact, async ({ body, workspace_id }) =>
    artifactResponse(await createArtifact(ctx, workspace_id, body)),
  )
  mount(app, operations.readArtifact, async ({ params, workspace_id }) =>
    found(await findArtifact(ctx.db, workspace_id, params.id)),
  )
  mount(app, operations.readLatestArtifact, async ({ params, workspace_id }) =>
    found(await findLatestArtifact(ctx.db, workspace_id, params.key)),
  )
  mount(app, operations.updateArtifact, ({ params, body, workspace_id }) =>
    changeArtifact(ctx, workspace_id, params.id, body),
  )
  mount(app, operations.deleteArtifact, ({ params, workspace_id }) => removeArtifact(ctx, workspace_id, params.id))
  mount(app, operations.readArtifacts, async ({ body, workspace_id }) => {
    const selection = { ...body, artifacts: body.artifacts ?? null, filters: body }
    return (await listArtifacts(ctx.db, workspace_id, selection)).map(artifactResponse)
  })
  mount(app, operations.countArtifacts, ({ body, workspace_id }) =>
    countArtifacts(ctx.db, workspace_id, { artifacts: body.artifacts ?? null, filters: body }),
  )
  mount(app, operations.readLatestArtifacts, async ({ body, workspace_id }) => {
    const selection = { ...body, artifacts: body.artifacts ?? null, filters: body }
    return (await listCollections(ctx.db, workspace_id, selection)).map(collectionResponse)
  })
  mount(app, operations.countLatestArtifacts, ({ body, workspace_id }) =>
    countCollections(ctx.db, workspace_id, { artifacts: body.artifacts ?? null, filters: body }),
  )
}

function found(row: ArtifactRow | null): Artifact {
  if (row === null) throw artifactNotFound()
  return artifactResponse(row)
}

function artifactResponse(row: ArtifactRow): Artifact {
  const { workspace_id: _, ...artifact } = row
  // Metadata were validated when they were written.
  return artifact as Artifact
}

function collectionResponse(row: ArtifactCollectionRow): ArtifactCollection {
  const { workspace_id: _, ...collection } = row
  return collection as ArtifactCollection
}
