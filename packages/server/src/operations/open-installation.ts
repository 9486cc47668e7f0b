import type { Clock, Ids, Installation, Random } from '../context.ts'
import { installId } from '../domain/identity.ts'
import type { Database } from '../store/database.ts'
import {
  findDefaultWorkspace,
  findInstallation,
  insertDefaultWorkspace,
  insertInstallation,
} from '../store/installation.ts'
import { openVault } from '../vault/keyring.ts'
import type { Vault } from '../vault/vault.ts'

export interface OpenInstallation {
  readonly db: Database
  readonly clock: Clock
  readonly ids: Ids
  readonly random: Random
  readonly encryption_key: string | null
  readonly data_dir: string
}

/**
 * Opens the vault and finds who this installation is; the first start makes both. Several servers may start at once:
 * all end with what the database kept. A wrong or lost key is a StartupError.
 */
export async function openInstallation(
  input: OpenInstallation,
): Promise<{ readonly vault: Vault; readonly installation: Installation }> {
  const { db, clock, ids, random } = input
  const before = await findInstallation(db)
  const vault = openVault({
    encryption_key: input.encryption_key,
    data_dir: input.data_dir,
    check: before?.vault_check ?? null,
  })
  await db.transaction(async (tx) => {
    const now = clock.now()
    await insertInstallation(tx, installId(random.bytes(2)), { ...vault.checkValue() }, now)
    await insertDefaultWorkspace(tx, { id: ids.uuid(), account_id: ids.uuid(), name: 'default' }, now)
  })
  const kept = await findInstallation(db)
  const workspace = await findDefaultWorkspace(db)
  if (kept === null || workspace === null) throw new Error('The installation was removed while the server was starting')
  vault.verify(kept.vault_check)
  return { vault, installation: { install_id: kept.install_id, default_workspace_id: workspace.id } }
}
