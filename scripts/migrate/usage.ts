export const usage = `Usage: node scripts/migrate.ts [COMMAND] [OPTIONS]        (npm run database -- COMMAND)

Commands
  up                            applies what the database has not had yet; the default. A database that holds rows is
                                backed up before; without that backup nothing is changed.
  status                        what was applied and when, what is pending, what does not fit
  rehearse                      tries the pending migrations on a copy on the same server: up, down, up
  backup                        writes everything into one file and reads it again
  backups                       lists the backups of this database, newest first
  restore FILE [--into NAME]    fills an empty database with a backup and compares the two; with --into, a database of
                                that name on the same server, made when it is not there
  down --to MIGRATION --confirm DATABASE
                                takes back every migration after that one (none: all), after a backup
  swap NAME --confirm DATABASE  puts the database NAME, a restored one, in the place of the present one, which is kept

Options
  --json                        one JSON object on standard output, nothing else
  --help                        this text

DATABASE_URL       which database; without it, the one that npm start keeps for this clone
RATCHET_BACKUP_DIR where backups are; default: backups in the state folder (RATCHET_STATE_DIR, else .ratchet)

Exit codes
  0  done, or up to date
  1  failed, or refused; one sentence on standard error says why
  2  the command was not understood, or not confirmed
  3  status: something is pending
  4  status: something does not fit and needs a person. rehearse: done, but rows or schema did not come out the same
`;
