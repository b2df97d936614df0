import { describeMisbehaviour } from '../../support/wire/describe-misbehaviour.ts';

describeMisbehaviour('openai');
