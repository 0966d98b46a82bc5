/** The page that explains. */
import '../styles/base.css';
import '../styles/learn.css';
import { render } from 'preact';
import { dress } from '../theme.js';
import { language, speak } from '../words/words.js';
import { Lesson } from './lesson.js';
import { beginLearning, takeExample } from './state.js';

speak(language.value);
dress();
render(<Lesson />, document.getElementById('app') as HTMLElement);
for (const type of ['dragover', 'drop']) document.addEventListener(type, (event) => event.preventDefault());
beginLearning();
takeExample('photo', 'boats');
takeExample('style', 'swirls');
