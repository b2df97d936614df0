// Notes what the rules say of new outputs, to be run before anybody who writes rules has read them: from then on they tell
// how far the rules are to be trusted. What was noted once stays.
// Usage: npm run note:failures TEXT   (of the cases in development/ whose tool or id has TEXT in it)
import { answerOfRules } from '../../domain/failures/classify-failure.ts';
import { nameOf, readFirstLooks, writeFirstLooks } from './first-looks.ts';
import { stepOf } from './judge-cases.ts';
import { readCases } from './recorded-cases.ts';

const [text] = process.argv.slice(2);
if (text === undefined) throw new Error('Say which cases are new: npm run note:failures TEXT');

const looks = readFirstLooks();
const fresh = readCases('development').filter((one) => nameOf(one).includes(text) && !looks.has(nameOf(one)));
for (const one of fresh) looks.set(nameOf(one), answerOfRules(stepOf(one)));
writeFirstLooks(looks);
console.log(`Noted ${String(fresh.length)} outputs; ${String(looks.size)} are known.`);
