# ruff: noqa: E501 - programs keep their own lines
"""Programs that people really write. Each ends with ``ok``, which has to be True.

``LIGHT`` takes milliseconds each; ``HEAVY`` imports packages that take seconds.
"""

from __future__ import annotations

LIGHT = {
    "own file": """
with open('x.txt', 'w') as out:
    out.write('one\\ntwo\\n')
ok = open('x.txt').read().splitlines() == ['one', 'two']
""",
    "append and seek": """
with open('log.bin', 'ab') as out:
    out.write(b'abc')
with open('log.bin', 'r+b') as both:
    both.seek(1); both.write(b'X'); both.seek(0)
    ok = both.read() == b'aXc'
""",
    "pathlib": """
from pathlib import Path
folder = Path('data') / 'deep'
folder.mkdir(parents=True)
(folder / 'a.txt').write_text('hi', encoding='utf-8')
(folder / 'b.txt').touch()
(folder / 'b.txt').touch()
names = sorted(p.name for p in Path('.').rglob('*.txt'))
(folder / 'a.txt').rename(folder / 'c.txt')
(folder / 'b.txt').unlink()
ok = names == ['a.txt', 'b.txt'] and [p.name for p in folder.iterdir()] == ['c.txt']
""",
    "csv": """
import csv
rows = [{'name': 'a', 'age': '1'}, {'name': 'b', 'age': '2'}]
with open('t.csv', 'w', newline='') as out:
    writer = csv.DictWriter(out, ['name', 'age']); writer.writeheader(); writer.writerows(rows)
ok = list(csv.DictReader(open('t.csv', newline=''))) == rows
""",
    "json": """
import json
json.dump({'a': [1, 2]}, open('a.json', 'w'))
import gc; gc.collect()
ok = json.load(open('a.json')) == {'a': [1, 2]}
""",
    "pickle": """
import pickle
class Point:
    def __init__(self, x): self.x = x
with open('p.pkl', 'wb') as out: pickle.dump(Point(3), out)
ok = pickle.load(open('p.pkl', 'rb')).x == 3
""",
    "zip file": """
import zipfile, os
with zipfile.ZipFile('a.zip', 'w', zipfile.ZIP_DEFLATED) as z: z.writestr('in/x.txt', 'hello')
with zipfile.ZipFile('a.zip') as z: z.extractall('out')
ok = open('out/in/x.txt').read() == 'hello' and os.path.getsize('a.zip') > 0
""",
    "tar file": """
import tarfile, os
open('x.txt', 'w').write('hello')
with tarfile.open('a.tar.gz', 'w:gz') as t: t.add('x.txt')
with tarfile.open('a.tar.gz') as t: t.extractall('out')
ok = open('out/x.txt').read() == 'hello'
""",
    "shutil": """
import os, shutil
os.mkdir('a'); open('a/x', 'w').write('1')
shutil.copy('a/x', 'y'); shutil.copy2('a/x', 'z'); shutil.copyfile('a/x', 'w')
shutil.copytree('a', 'b'); shutil.move('b', 'c'); shutil.rmtree('a')
shutil.make_archive('arc', 'zip', 'c')
ok = sorted(os.listdir('.')) == ['arc.zip', 'c', 'program.py', 'w', 'y', 'z'] and shutil.disk_usage('.').total > 0
""",
    "os files": """
import os
os.makedirs('a/b/c'); open('a/b/c/f', 'w').close()
os.rename('a/b/c/f', 'a/g'); os.replace('a/g', 'a/h'); os.removedirs('a/b/c') if os.path.isdir('a/b/c') else None
os.chmod('a/h', 0o600); os.utime('a/h', (1, 2))
mode = os.stat('a/h').st_mode & 0o777
os.truncate('a/h', 10)
ok = os.listdir('a') == ['h'] and mode == 0o600 and os.path.getsize('a/h') == 10
os.remove('a/h'); os.rmdir('a')
ok = ok and not os.path.exists('a')
""",
    "links": """
import os
open('x', 'w').write('1')
os.symlink('x', 'y'); os.link('x', 'z')
ok = os.readlink('y') == 'x' and open('y').read() == open('z').read() == '1' and os.stat('x').st_nlink == 2
""",
    "glob and walk": """
import glob, os
for n in range(5): open(f'f{n}.txt', 'w').close()
os.chdir(os.getcwd())
ok = len(glob.glob('*.txt')) == 5 and len([f for _, _, fs in os.walk('.') for f in fs]) == 6
""",
    "temporary file": """
import tempfile, os
with tempfile.TemporaryFile('w+') as f:
    f.write('x'); f.seek(0); one = f.read()
with tempfile.NamedTemporaryFile(suffix='.txt') as f:
    named = os.path.exists(f.name)
fd, path = tempfile.mkstemp(); os.write(fd, b'abc'); os.close(fd)
with tempfile.SpooledTemporaryFile(max_size=10) as f: f.write(b'x' * 100); f.rollover()
ok = one == 'x' and named and open(path).read() == 'abc'
""",
    "temporary folder": """
import tempfile, os
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, 'a.txt')
    open(path, 'w').write('x')
    inside = os.path.exists(path)
ok = inside and not os.path.exists(folder) and os.path.isdir(tempfile.gettempdir()) and os.path.isdir(tempfile.mkdtemp())
""",
    "null device": """
import os, sys, contextlib
with open(os.devnull, 'w') as null, contextlib.redirect_stdout(null): print('hidden')
old, sys.stdout = sys.stdout, open('/dev/null', 'w')
print('hidden'); sys.stdout = old
ok = open('/dev/null').read() == ''
""",
    "random devices": """
import os, secrets, random, uuid
raw = open('/dev/urandom', 'rb').read(16)
ok = len(raw) == 16 and len(os.urandom(8)) == 8 and len(secrets.token_hex(8)) == 16 and \\
    0 <= random.SystemRandom().random() < 1 and uuid.uuid4() != uuid.uuid4() and uuid.uuid1() is not None
""",
    "logging to rotated files": """
import logging, logging.handlers, os
log = logging.getLogger('app'); log.setLevel(logging.INFO)
handler = logging.handlers.RotatingFileHandler('app.log', maxBytes=200, backupCount=3)
log.addHandler(handler)
for n in range(90): log.info('message %d', n)
handler.close()
ok = sorted(f for f in os.listdir('.') if 'log' in f) == ['app.log', 'app.log.1', 'app.log.2', 'app.log.3']
""",
    "basicConfig and a queue": """
import logging, logging.handlers, queue
logging.basicConfig(filename='a.log', level=logging.DEBUG, force=True)
logging.warning('careful')
q = queue.Queue(); listener = logging.handlers.QueueListener(q, logging.FileHandler('b.log'))
listener.start(); logging.getLogger('x').addHandler(logging.handlers.QueueHandler(q)); logging.getLogger('x').error('bad')
listener.stop()
ok = 'careful' in open('a.log').read() and 'bad' in open('b.log').read()
""",
    "sqlite in a file": """
import sqlite3, os
db = sqlite3.connect('shop.db')
db.execute('pragma journal_mode=wal')
db.execute('create table t (id integer primary key, v text)')
with db: db.executemany('insert into t (v) values (?)', [(str(n),) for n in range(1000)])
db.close()
db = sqlite3.connect('shop.db')
ok = db.execute('select count(*), sum(v) from t').fetchone() == (1000, 499500.0)
""",
    "sqlite sorts much": """
import sqlite3
db = sqlite3.connect(':memory:')
db.execute('pragma temp_store=file'); db.execute('pragma cache_size=10')
db.execute('create table t (v text)')
db.executemany('insert into t values (?)', ((str(n * 7919 % 50021) * 20,) for n in range(20000)))
rows = db.execute('select v from t order by v desc').fetchall()
ok = rows == sorted(rows, reverse=True)
""",
    "shelve": """
import shelve
with shelve.open('store') as s: s['a'] = [1, 2, 3]
with shelve.open('store') as s: ok = s['a'] == [1, 2, 3]
""",
    "dbm": """
import dbm
with dbm.open('cache', 'c') as db: db[b'k'] = b'v'
with dbm.open('cache', 'r') as db: ok = db[b'k'] == b'v'
""",
    "compressed files": """
import gzip, bz2, lzma
good = []
for module in (gzip, bz2, lzma):
    with module.open('x.z', 'wt') as out: out.write('hello' * 100)
    good.append(module.open('x.z', 'rt').read() == 'hello' * 100)
ok = all(good)
""",
    "mmap": """
import mmap
with open('m.bin', 'wb') as out: out.write(b'\\0' * 4096)
with open('m.bin', 'r+b') as f, mmap.mmap(f.fileno(), 0) as m: m[:5] = b'hello'; m.flush()
anonymous = mmap.mmap(-1, 1 << 20); anonymous[0] = 1
ok = open('m.bin', 'rb').read(5) == b'hello'
""",
    "configparser": """
import configparser
c = configparser.ConfigParser(); c['a'] = {'x': '1'}
with open('c.ini', 'w') as out: c.write(out)
d = configparser.ConfigParser(); d.read('c.ini')
ok = d.getint('a', 'x') == 1
""",
    "xml": """
import xml.etree.ElementTree as E
root = E.Element('a'); E.SubElement(root, 'b').text = 'x'
E.ElementTree(root).write('a.xml')
ok = E.parse('a.xml').getroot().find('b').text == 'x'
""",
    "file input": """
import fileinput
open('a.txt', 'w').write('a\\nb\\n')
with fileinput.input('a.txt', inplace=True) as lines:
    for line in lines: print(line.upper(), end='')
ok = open('a.txt').read() == 'A\\nB\\n'
""",
    "own module": """
import importlib, sys
open('helper_of_mine.py', 'w').write('def f(): return 41')
sys.path.insert(0, '.'); importlib.invalidate_caches()
import helper_of_mine
ok = helper_of_mine.f() == 41
""",
    "runpy": """
import runpy
open('script.py', 'w').write('x = 6 * 7')
ok = runpy.run_path('script.py')['x'] == 42
""",
    "file lock": """
import fcntl
with open('lock', 'w') as f:
    fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB); fcntl.flock(f, fcntl.LOCK_UN)
    fcntl.lockf(f, fcntl.LOCK_EX); fcntl.lockf(f, fcntl.LOCK_UN)
ok = True
""",
    "fsync and atomic replace": """
import os
with open('new', 'w') as out: out.write('1'); out.flush(); os.fsync(out.fileno())
os.replace('new', 'old')
ok = open('old').read() == '1'
""",
    "own folder by descriptor": """
import os
os.mkdir('d'); fd = os.open('d', os.O_RDONLY)
out = os.open('f', os.O_WRONLY | os.O_CREAT, dir_fd=fd); os.write(out, b'x'); os.close(out)
os.rename('f', 'g', src_dir_fd=fd, dst_dir_fd=fd)
ok = os.listdir(fd) == ['g']; os.unlink('g', dir_fd=fd)
""",
    "fifo between threads": """
import os, threading
os.mkfifo('pipe')
t = threading.Thread(target=lambda: open('pipe', 'w').write('hi')); t.start()
ok = open('pipe').read() == 'hi'; t.join()
""",
    "threads": """
import threading
total, lock = [0], threading.Lock()
def work():
    for _ in range(1000):
        with lock: total[0] += 1
threads = [threading.Thread(target=work) for _ in range(20)]
for t in threads: t.start()
for t in threads: t.join()
ok = total == [20000]
""",
    "a hundred threads that sleep": """
import threading, time
done = []
threads = [threading.Thread(target=lambda n=n: (time.sleep(0.1), done.append(n))) for n in range(100)]
for t in threads: t.start()
for t in threads: t.join()
ok = len(done) == 100
""",
    "timer": """
import threading
event = threading.Event()
threading.Timer(0.05, event.set).start()
ok = event.wait(10)
""",
    "daemon thread left over": """
import threading, time
def forever():
    while True: time.sleep(0.01)
threading.Thread(target=forever, daemon=True).start()
threading.Thread(target=time.sleep, args=(3,)).start()
ok = threading.active_count() == 3
""",
    "thread pool executor": """
from concurrent.futures import ThreadPoolExecutor, as_completed
with ThreadPoolExecutor(max_workers=8) as pool:
    ok = list(pool.map(lambda x: x * x, range(50))) == [x * x for x in range(50)]
    ok = ok and sorted(f.result() for f in as_completed([pool.submit(pow, 2, n) for n in range(5)])) == [1, 2, 4, 8, 16]
""",
    "multiprocessing thread pool": """
from multiprocessing.pool import ThreadPool
with ThreadPool(4) as pool: ok = pool.map(len, ['a', 'bb']) == [1, 2]
""",
    "multiprocessing dummy": """
from multiprocessing.dummy import Pool
with Pool(3) as pool: ok = pool.map(abs, [-1, -2]) == [1, 2]
""",
    "producer and consumer": """
import queue, threading
q, out = queue.Queue(5), []
def produce():
    for n in range(100): q.put(n)
    q.put(None)
def consume():
    while (item := q.get()) is not None: out.append(item); q.task_done()
a, b = threading.Thread(target=produce), threading.Thread(target=consume)
a.start(); b.start(); a.join(); b.join()
ok = out == list(range(100))
""",
    "conditions and barriers": """
import threading
barrier, seen = threading.Barrier(4), []
def work(n): barrier.wait(); seen.append(n)
threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
[t.start() for t in threads]; [t.join() for t in threads]
s = threading.Semaphore(2); s.acquire(); r = threading.RLock(); r.acquire(); r.acquire()
local = threading.local(); local.x = 1
ok = sorted(seen) == [0, 1, 2, 3]
""",
    "asyncio to thread": """
import asyncio, time
async def main():
    return await asyncio.gather(*(asyncio.to_thread(lambda n=n: (time.sleep(0.01), n)[1]) for n in range(5)))
ok = asyncio.run(main()) == [0, 1, 2, 3, 4]
""",
    "asyncio executor, queue, timeout": """
import asyncio
async def main():
    loop = asyncio.get_running_loop(); q = asyncio.Queue()
    await q.put(await loop.run_in_executor(None, sum, [1, 2]))
    try: await asyncio.wait_for(asyncio.sleep(10), 0.01)
    except asyncio.TimeoutError: return await q.get()
ok = asyncio.run(main()) == 3
""",
    "recursion in a thread with a big stack": """
import sys, threading
sys.setrecursionlimit(100000); threading.stack_size(128 << 20)
out = []
def depth(n): return 0 if n == 0 else 1 + depth(n - 1)
t = threading.Thread(target=lambda: out.append(depth(20000))); t.start(); t.join()
ok = out == [20000]
""",
    "recursion through C in a thread": """
import threading
out = []
class A:
    def __init__(self): self.n = 0
    def __getattr__(self, name):
        object.__setattr__(self, 'n', self.n + 1)
        return getattr(self, name + 'x' if len(name) < 5 else name)
def work():
    try: A().foo
    except RecursionError: out.append(1)
t = threading.Thread(target=work); t.start(); t.join()
ok = out == [1]
""",
    "much output": """
for n in range(20000): print('line', n)
ok = True
""",
    "one huge line": "print('x' * 3_000_000)\nok = True\n",
    "output to error": "import sys\nsys.stderr.write('x' * 300000)\nok = True\n",
    "input at the end of file": """
try:
    input('name? ')
except EOFError:
    ok = True
import sys
ok = ok and sys.stdin.read() == '' and list(sys.stdin) == []
""",
    "user and platform": """
import getpass, platform, os, pathlib, sys
ok = bool(getpass.getuser()) and bool(platform.platform()) and platform.python_version().startswith('3') and \\
    os.path.isdir(os.path.expanduser('~')) and pathlib.Path.home().is_dir() and bool(platform.uname().system) and \\
    os.path.isdir(os.environ['HOME']) and os.cpu_count() > 0 and bool(platform.node() is not None) and bool(os.uname())
""",
    "environment": """
import os
os.environ['MINE'] = '1'
ok = os.getenv('MINE') == '1' and os.environ.get('PATH') and os.getcwd() == os.path.abspath('.')
ok = bool(ok)
""",
    "locale": """
import locale
locale.setlocale(locale.LC_ALL, '')
ok = locale.format_string('%d', 1) == '1' and bool(locale.getlocale())
""",
    "time zones": """
import datetime, zoneinfo, time, os
berlin = datetime.datetime(2024, 7, 1, tzinfo=zoneinfo.ZoneInfo('Europe/Berlin'))
os.environ['TZ'] = 'UTC'; time.tzset()
ok = berlin.utcoffset() == datetime.timedelta(hours=2) and 'Asia/Tokyo' in zoneinfo.available_timezones()
""",
    "decimal and fractions": """
from decimal import Decimal, getcontext, localcontext
from fractions import Fraction
getcontext().prec = 50
ok = str(Decimal(1) / 3).startswith('0.3333') and Fraction(1, 3) + Fraction(1, 6) == Fraction(1, 2)
""",
    "own signal handlers": """
import signal, os
seen = []
signal.signal(signal.SIGUSR1, lambda *a: seen.append('usr1')); os.kill(os.getpid(), signal.SIGUSR1)
signal.signal(signal.SIGALRM, lambda *a: seen.append('alarm')); signal.setitimer(signal.ITIMER_REAL, 0.01)
signal.pause()
ok = seen == ['usr1', 'alarm']
""",
    "alarm as a time-out": """
import signal
class Late(Exception): pass
def ring(*a): raise Late
signal.signal(signal.SIGALRM, ring); signal.setitimer(signal.ITIMER_REAL, 0.05)
try:
    while True:
        sum(range(1000))
except Late: ok = True
""",
    "deep recursion": """
import sys
sys.setrecursionlimit(20000)
def f(n): return n and 1 + f(n - 1)
ok = f(15000) == 15000
""",
    "own source file": """
import os
# own source of mine
ok = 'source of mine' in open('program.py').read() and os.path.exists(os.path.abspath('program.py'))
""",
    "its own text": """
import inspect, os, traceback
def f(x):
    return x + 1
class A:
    y = 1
try: f(None)
except TypeError: shown = traceback.format_exc()
ok = 'return x + 1' in inspect.getsource(f) and 'y = 1' in inspect.getsource(A) and \\
    'return x + 1' in shown and 'class A' in open(__file__).read() and \\
    os.path.dirname(os.path.abspath(__file__)) == os.getcwd()
""",
    "values, queues and pipes of multiprocessing, in one process": """
import multiprocessing as m
v = m.Value('i', 3); a = m.Array('d', [1, 2]); e = m.Event(); e.set()
q = m.Queue(); q.put(1); one, two = m.Pipe(); one.send({'x': 1})
ok = v.value == 3 and a[1] == 2 and e.is_set() and q.get(timeout=20) == 1 and two.recv() == {'x': 1}
q.close(); q.join_thread()
""",
    "pytest within": """
import pytest
open('test_a.py', 'w').write('def test_a(tmp_path):\\n    (tmp_path / "x").write_text("1")\\n')
ok = pytest.main(['-q', 'test_a.py']) == 0
""",
    "tee and descriptors": """
import os, sys
class Tee:
    def __init__(self, *files): self.files = files
    def write(self, text): [f.write(text) for f in self.files]
    def flush(self): [f.flush() for f in self.files]
old = sys.stdout; sys.stdout = Tee(old, open('out.txt', 'w')); print('hi'); sys.stdout.flush(); sys.stdout = old
fd = os.open('o.txt', os.O_WRONLY | os.O_CREAT | os.O_TRUNC); saved = os.dup(1)
os.dup2(fd, 1); os.write(1, b'x'); os.dup2(saved, 1)
ok = open('out.txt').read() == 'hi\\n' and open('o.txt').read() == 'x'
""",
    "sqlite from threads": """
import sqlite3, threading
db = sqlite3.connect('t.db'); db.execute('create table t (x)'); db.commit()
def work(n):
    mine = sqlite3.connect('t.db', timeout=30)
    with mine: mine.execute('insert into t values (?)', (n,))
    mine.close()
threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
[t.start() for t in threads]; [t.join() for t in threads]
db.execute('vacuum')
ok = db.execute('select count(*) from t').fetchone()[0] == 6
""",
    "trees and dates": """
import os, time, datetime
open('x', 'w').write('1')
ok = abs(os.path.getmtime('x') - time.time()) < 60 and os.scandir('.').__next__().name != '' and \\
    datetime.datetime.fromtimestamp(os.stat('x').st_mtime).year > 2000 and os.access('x', os.W_OK)
""",
    "unittest": """
import unittest
class T(unittest.TestCase):
    def test_a(self): self.assertEqual(1 + 1, 2)
result = unittest.TextTestRunner().run(unittest.defaultTestLoader.loadTestsFromTestCase(T))
ok = result.wasSuccessful()
""",
    "mimetypes, certificates, processors": """
import mimetypes, ssl, os, multiprocessing
ssl.create_default_context()
ok = mimetypes.guess_type('a.html')[0] == 'text/html' and multiprocessing.cpu_count() > 0 and len(os.sched_getaffinity(0)) > 0
""",
    "profiling and tracing": """
import cProfile, pstats, tracemalloc, timeit, io, faulthandler
tracemalloc.start(); faulthandler.enable()
profile = cProfile.Profile(); profile.runcall(sorted, range(1000)); profile.dump_stats('p.prof')
pstats.Stats('p.prof', stream=io.StringIO()).print_stats()
ok = timeit.timeit('1 + 1', number=10) >= 0 and tracemalloc.get_traced_memory()[0] > 0
""",
    "subprocess that is allowed to be missing": """
import subprocess
try: version = subprocess.check_output(['git', '--version'])
except OSError: version = None
ok = version is None
""",
    "socket pair, pipe, select": """
import socket, os, select
a, b = socket.socketpair(); a.sendall(b'x'); r, w = os.pipe(); os.write(w, b'y')
ok = b.recv(1) == b'x' and select.select([r], [], [], 1)[0] == [r] and os.read(r, 1) == b'y'
""",
    "context managers and warnings": """
import contextlib, io, warnings, atexit, weakref
atexit.register(lambda: None)
with contextlib.redirect_stdout(io.StringIO()) as out, warnings.catch_warnings(record=True): print('x')
ok = out.getvalue() == 'x\\n'
""",
    "a large own file": """
import os
with open('big', 'wb') as out:
    for _ in range(40): out.write(b'x' * (1 << 20))
ok = os.path.getsize('big') == 40 << 20
""",
    "many small files": """
import os
for n in range(2000): open(f'f{n}', 'w').close()
ok = len(os.listdir('.')) == 2001
""",
    "html, mail and url parsing": """
import html.parser, email.message, email.policy, urllib.parse, http.cookies, http.client
m = email.message.EmailMessage(); m['Subject'] = 'x'; m.set_content('hi')
open('m.eml', 'wb').write(bytes(m))
ok = urllib.parse.urlparse('http://a/b?c=1').query == 'c=1' and b'Subject: x' in open('m.eml', 'rb').read()
""",
    "numpy": """
import numpy as np
rng = np.random.default_rng(0); a = rng.normal(size=(200, 200))
np.save('a.npy', a); np.savez('b.npz', a=a); np.savetxt('c.txt', a[:2])
m = np.memmap('m.dat', dtype='f4', mode='w+', shape=(100,)); m[:] = 1; m.flush()
ok = bool(np.allclose(np.load('a.npy') @ np.linalg.inv(a), np.eye(200), atol=1e-6) and np.loadtxt('c.txt').shape == (2, 200) and m.sum() == 100)
""",
}

HEAVY = {
    "torch": """
import torch, torch.nn as nn
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
opt = torch.optim.SGD(net.parameters(), lr=0.1)
x, y = torch.randn(64, 4), torch.randn(64, 1)
first = last = None
for _ in range(30):
    loss = nn.functional.mse_loss(net(x), y); opt.zero_grad(); loss.backward(); opt.step()
    first, last = first or loss.item(), loss.item()
torch.save(net.state_dict(), 'net.pt'); net.load_state_dict(torch.load('net.pt'))
from torch.utils.data import DataLoader, TensorDataset
batches = len(list(DataLoader(TensorDataset(x, y), batch_size=16, shuffle=True)))
torch.set_num_threads(2)
ok = last < first and batches == 4 and (torch.ones(300, 300) @ torch.ones(300, 300)).sum().item() == 27_000_000
""",
    "matplotlib": """
import matplotlib.pyplot as plt, os
fig, ax = plt.subplots(); ax.plot([1, 2, 3], label='x'); ax.set_title('title'); ax.legend()
fig.savefig('p.png'); plt.savefig('p.pdf'); plt.show(); plt.close('all')
ok = open('p.png', 'rb').read(4) == b'\\x89PNG' and os.path.getsize('p.pdf') > 1000
""",
    "pandas": """
import pandas as pd
df = pd.DataFrame({'g': ['a', 'b', 'a'], 'v': [1, 2, 3]})
df.to_csv('d.csv', index=False); df.to_json('d.json'); df.to_pickle('d.pkl')
back = pd.read_csv('d.csv')
ok = bool(back.groupby('g')['v'].sum()['a'] == 4 and len(pd.date_range('2024-01-01', periods=3, tz='Europe/Paris')) == 3 and pd.read_json('d.json').equals(df))
""",
    "scipy": """
import numpy as np
from scipy import optimize, stats, sparse, linalg
ok = bool(abs(optimize.minimize(lambda x: (x[0] - 3) ** 2, [0]).x[0] - 3) < 1e-3 and stats.ttest_ind([1, 2, 3], [4, 5, 6]).pvalue < 0.05 and sparse.eye(5).nnz == 5 and abs(linalg.det(np.eye(3)) - 1) < 1e-9)
""",
    "sympy": """
import sympy as s
x = s.symbols('x')
ok = s.solve(x**2 - 4, x) == [-2, 2] and s.integrate(s.sin(x), (x, 0, s.pi)) == 2
""",
    "scikit-learn with threads": """
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
X, y = load_iris(return_X_y=True)
ok = bool(RandomForestClassifier(20, n_jobs=-1).fit(X, y).score(X, y) > 0.9)
""",
    "more of torch": """
import torch
@torch.jit.script
def f(x):
    return x * 2 + 1
torch.set_num_threads(4)
x = torch.randn(500, 500, requires_grad=True); (x @ x).sum().backward()
ok = bool(f(torch.ones(1)) == 3) and x.grad is not None and not torch.cuda.is_available()
""",
    "more of matplotlib": """
import matplotlib.pyplot as plt, numpy as np, matplotlib.animation as animation
fig = plt.figure(); ax = fig.add_subplot(projection='3d')
ax.plot_surface(*np.meshgrid(range(5), range(5)), np.ones((5, 5))); fig.savefig('a.svg')
plt.hist([1, 2, 2]); plt.tight_layout(); plt.savefig('b.png')
animation.FuncAnimation(fig, lambda i: [], frames=2).save('c.gif', writer='pillow'); ok = True
""",
    "parquet": """
import pandas as pd
df = pd.DataFrame({'a': range(1000)}); df.to_parquet('x.parquet')
ok = bool(pd.read_parquet('x.parquet').equals(df))
""",
    "scikit-learn": """
from sklearn.linear_model import LogisticRegression
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_val_score
import joblib
X, y = make_classification(100, random_state=0)
model = LogisticRegression().fit(X, y); joblib.dump(model, 'm.joblib')
forest = RandomForestClassifier(10, random_state=0, n_jobs=1).fit(X, y)
ok = bool(joblib.load('m.joblib').score(X, y) > 0.8 and cross_val_score(forest, X, y, cv=3).mean() > 0.7)
""",
}
