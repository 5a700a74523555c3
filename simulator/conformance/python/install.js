// Puts the Python SDK into node_modules/.python, once.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const folder = path.resolve(import.meta.dirname, '../node_modules/.python');
const wanted = fs.readFileSync(path.join(import.meta.dirname, 'requirements.txt'));
const installed = path.join(folder, 'requirements.txt');

/** The interpreter that has it. */
export const python = path.join(folder, 'bin/python');

if (!fs.existsSync(installed) || !fs.readFileSync(installed).equals(wanted)) {
  execFileSync('python3', ['-m', 'venv', '--clear', folder], { stdio: 'inherit' });
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '--requirement', path.join(import.meta.dirname, 'requirements.txt')], { stdio: 'inherit' });
  fs.writeFileSync(installed, wanted);
}
