// Puts Twilio's OpenAPI files into node_modules/.openapi, once.
//
// They are in the npm package @twilio/cli-core, of which nothing else is wanted: as a dependency
// it would bring its whole command line along, hundreds of packages. So only its tarball is
// fetched, and its content is pinned by hash as a lock file would.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const PACKAGE = '@twilio/cli-core@9.0.0';
const SHA512 = 'FPHm5gXAUwM2oATmQi3AGYPFz4Urg5G5/vDkpUu5WqNuwueQaS93HwXjdX1OM+miuq0LMimdfbXDTLEp4Nsjfg==';

const folder = path.resolve(import.meta.dirname, '../node_modules/.openapi', PACKAGE.split('@').at(-1));

/** The folder that holds `twilio_api_v2010.json` and the others. */
export const files = path.join(folder, 'package/src/services/twilio-api');

if (!fs.existsSync(path.join(folder, 'complete'))) {
  fs.mkdirSync(folder, { recursive: true });
  const packed = execFileSync('npm', ['pack', PACKAGE, '--ignore-scripts', '--json', '--pack-destination', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const tarball = path.join(folder, JSON.parse(packed)[0].filename.replace('@', '').replace('/', '-'));
  const hash = createHash('sha512').update(fs.readFileSync(tarball)).digest('base64');
  if (hash !== SHA512) throw new Error(`${PACKAGE} is not what it was: sha512 ${hash}`);
  execFileSync('tar', ['-xzf', tarball, '-C', folder, 'package/src/services/twilio-api']);
  fs.rmSync(tarball);
  fs.writeFileSync(path.join(folder, 'complete'), '');
}
