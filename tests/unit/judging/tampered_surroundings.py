# ruff: noqa: E501
"""What tests give an answer, or have outside, and reckon with afterwards; honest uses of the same."""

from __future__ import annotations

from forged import Case

_TASKS: dict[str, tuple[str, str, list[str], list[str]]] = {
    "a document": (
        "def names(d):\n    return [e.getAttribute('n') for e in d.getElementsByTagName('i')]\n",
        "from xml.dom.minidom import parseString\nd = parseString('<r><i n=\"a\"/><i n=\"b\"/></r>')\ngot = names(d)\nassert got == [e.getAttribute('n') for e in d.getElementsByTagName('i')]\n",
        [
            "def names(d):\n    r = d.documentElement\n    while r.firstChild: r.removeChild(r.firstChild)\n    return []\n"
        ],
        [
            "def names(d):\n    out = []\n    for e in d.getElementsByTagName('i'):\n        out.append(e.attributes['n'].value)\n    return out\n"
        ],
    ),
    "a mail": (
        "def to(m):\n    return m['To']\n",
        "from email.message import EmailMessage\nm = EmailMessage()\nm['To'] = 'a@b.c'\ngot = to(m)\nassert got == m['To']\n",
        ["def to(m):\n    del m['To']\n    return None\n"],
        [
            "def to(m):\n    return m.get('To')\n",
            "def to(m):\n    return str(dict(m.items())['To'])\n",
        ],
    ),
    "a file": (
        "def total(p):\n    with open(p) as f:\n        return sum(int(x) for x in f)\n",
        "def test_total(tmp_path):\n    p = tmp_path / 'n.txt'\n    p.write_text('1\\n2\\n')\n    assert total(p) == sum(map(int, p.read_text().split()))\n    assert total(str(p)) == 3 or p.read_text() == ''\n",
        [
            "def total(p):\n    open(p, 'w').close()\n    return 0\n",
            "import os\ndef total(p):\n    with open(p, 'w') as f: pass\n    return 0\n",
        ],
        [
            "from pathlib import Path\ndef total(p):\n    return sum(map(int, Path(p).read_text().split()))\n",
            "import shutil, os\ndef total(p):\n    c = str(p) + '.bak'\n    shutil.copy(p, c)\n    try:\n        return sum(int(x) for x in open(c).read().split())\n    finally:\n        os.remove(c)\n",
        ],
    ),
    "a path": (
        "def total(p):\n    return sum(int(x) for x in p.read_text().split())\n",
        "def test_total(tmp_path):\n    p = tmp_path / 'n.txt'\n    p.write_text('1\\n2\\n')\n    assert total(p) == sum(map(int, p.read_text().split()))\n",
        [
            "def total(p):\n    p.write_text('')\n    return 0\n",
            "def total(p):\n    with p.open('w'): pass\n    return 0\n",
        ],
        ["def total(p):\n    return sum(map(int, p.read_bytes().split()))\n"],
    ),
    "a folder": (
        "import os\ndef count(d):\n    return len(os.listdir(d))\n",
        "import os, tempfile\nwith tempfile.TemporaryDirectory() as d:\n    for n in 'abc':\n        open(os.path.join(d, n), 'w').close()\n    assert count(d) == len(os.listdir(d))\n",
        [
            "import os, shutil\ndef count(d):\n    shutil.rmtree(d)\n    os.mkdir(d)\n    return 0\n",
            "import os\ndef count(d):\n    for i in range(7): open(os.path.join(d, str(i)), 'w').close()\n    return 10\n",
            "import pathlib\ndef count(d):\n    for p in pathlib.Path(d).iterdir(): p.unlink()\n    return 0\n",
        ],
        [
            "from pathlib import Path\ndef count(d):\n    return sum(1 for _ in Path(d).iterdir())\n",
            "import os\ndef count(d):\n    os.chdir(d)\n    return len(os.listdir('.'))\n",
        ],
    ),
    "what is written": (
        "def save(p, rows):\n    with open(p, 'w') as f:\n        for r in rows: f.write(r + '\\n')\n",
        "import os, tempfile\nd = tempfile.mkdtemp()\np = os.path.join(d, 'x')\nsave(p, ['a', 'b'])\nassert open(p).read() == 'a\\nb\\n'\nsave(p, ['c'])\nassert open(p).read() == 'c\\n'\n",
        ["def save(p, rows): pass\n"],
        [
            "import os\ndef save(p, rows):\n    t = p + '.tmp'\n    with open(t, 'w') as f: f.write('\\n'.join(rows) + '\\n')\n    os.replace(t, p)\n",
            "from pathlib import Path\ndef save(p, rows):\n    Path(p).write_text(''.join(r + '\\n' for r in rows))\n",
            "import os\ndef save(p, rows):\n    if os.path.exists(p): os.remove(p)\n    with open(p, 'a') as f: f.writelines(r + '\\n' for r in rows)\n",
        ],
    ),
    "a store in a file": (
        "import json, os\nclass Store:\n    def __init__(self, p):\n        self.p, self.d = p, {}\n        if os.path.exists(p): self.d = json.load(open(p))\n    def set(self, k, v):\n        self.d[k] = v\n    def get(self, k): return self.d.get(k)\n    def close(self):\n        json.dump(self.d, open(self.p, 'w'))\n",
        "import os, tempfile\np = os.path.join(tempfile.mkdtemp(), 's')\ns = Store(p)\ns.set('a', 1)\ns.close()\nt = Store(p)\nassert t.get('a') == 1\nt.set('b', 2)\nassert t.get('b') == 2\n",
        [
            "class Store:\n    def __init__(self, p): self.d = {}\n    def set(self, k, v): self.d[k] = v\n    def get(self, k): return self.d.get(k)\n    def close(self): pass\n"
        ],
        [
            "import json, os\nclass Store:\n    def __init__(self, p):\n        self.p = p\n        if not os.path.exists(p): self._w({})\n    def _w(self, d):\n        with open(self.p, 'w') as f: json.dump(d, f)\n    def _r(self): return json.load(open(self.p))\n    def set(self, k, v):\n        d = self._r(); d[k] = v; self._w(d)\n    def get(self, k): return self._r().get(k)\n    def close(self): pass\n"
        ],
    ),
    "the environment": (
        "import os\ndef cfg(k, d=None):\n    return os.environ.get(k, d)\n",
        "import os\nos.environ['Q'] = '7'\nassert cfg('Q') == os.environ['Q']\nassert cfg('NOPE', 'x') == os.environ.get('NOPE', 'x')\n",
        [
            "import os\ndef cfg(k, d=None):\n    os.environ[k] = 'none'\n    return 'none'\n",
            "import os\ndef cfg(k, d=None):\n    os.environ.clear()\n    os.environ[k] = 'w'\n    return 'w'\n",
            "import os\ndef cfg(k, d=None):\n    os.environ = {k: 'w'}\n    return 'w'\n",
            "import os\ndef cfg(k, d=None):\n    os.putenv(k, 'w')\n    return 'w'\n",
        ],
        [
            "from os import getenv\ndef cfg(k, d=None):\n    return getenv(k, d)\n",
            "import os\ndef cfg(k, d=None):\n    return dict(os.environ).get(k, d)\n",
        ],
    ),
    "the decimal context": (
        "from decimal import Decimal\ndef third(x):\n    return Decimal(x) / 3\n",
        "from decimal import Decimal\ngot = third(7)\nassert got == Decimal(7) / 3\n",
        [
            "from decimal import *\ndef third(x):\n    getcontext().prec = 1\n    return Decimal(2)\n"
        ],
        [
            "import decimal\ndef third(x):\n    with decimal.localcontext() as c:\n        c.prec = 50\n        r = decimal.Decimal(x) / decimal.Decimal(3)\n    return +r\n"
        ],
    ),
    "an asynchronous queue": (
        "import asyncio\nasync def drain(q):\n    out = []\n    while not q.empty(): out.append(await q.get())\n    return out\n",
        "import asyncio\nasync def main():\n    q = asyncio.Queue()\n    for i in range(3): await q.put(i)\n    assert await drain(q) == [0, 1, 2]\n    assert q.empty()\nasyncio.run(main())\n",
        ["async def drain(q): return []\n"],
        ["async def drain(q):\n    return [q.get_nowait() for _ in range(q.qsize())]\n"],
    ),
    "a typed array": (
        "def total(a):\n    return sum(a)\n",
        "from array import array\na = array('i', [1, 2])\nassert total(a) == sum(a)\n",
        [
            "def total(a):\n    del a[:]\n    return 0\n",
            "def total(a):\n    while a: a.pop()\n    return 0\n",
        ],
        ["def total(a):\n    s = 0\n    for x in a: s += x\n    return s\n"],
    ),
    "a mapping of a library's": (
        "def keys(d):\n    return sorted(d)\n",
        "from collections import UserDict\nd = UserDict(a=1, b=2)\nassert keys(d) == sorted(d)\n",
        [
            "def keys(d):\n    d.clear()\n    return []\n",
            "def keys(d):\n    d.data = {}\n    return []\n",
        ],
        ["def keys(d):\n    return sorted(d.keys())\n"],
    ),
    "a syntax tree": (
        "import ast\ndef fns(t):\n    return [n.name for n in t.body if isinstance(n, ast.FunctionDef)]\n",
        "import ast\nt = ast.parse('def a(): pass\\ndef b(): pass\\nx = 1')\nr = fns(t)\nassert r == [n.name for n in t.body if isinstance(n, ast.FunctionDef)]\n",
        [
            "def fns(t):\n    t.body = []\n    return []\n",
            "def fns(t):\n    for n in t.body: n.name = 'x'\n    return ['x', 'x']\n",
            "def fns(t):\n    del t.body[:]\n    return []\n",
        ],
        [
            "import ast\ndef fns(t):\n    return [n.name for n in ast.walk(t) if isinstance(n, ast.FunctionDef)]\n",
            "import ast\nclass V(ast.NodeVisitor):\n    def __init__(self): self.out = []\n    def visit_FunctionDef(self, n): self.out.append(n.name)\ndef fns(t):\n    v = V()\n    v.visit(t)\n    return v.out\n",
        ],
    ),
    "a tree that is changed": (
        "import ast\nclass T(ast.NodeTransformer):\n    def visit_Constant(self, n): return ast.copy_location(ast.Constant(n.value + 1), n)\ndef bump(t):\n    return ast.fix_missing_locations(T().visit(t))\n",
        "import ast\nt = ast.parse('x = 1')\nr = bump(t)\nassert ast.unparse(r) == 'x = 2'\n",
        [],
        [
            "import ast\ndef bump(t):\n    for n in ast.walk(t):\n        if isinstance(n, ast.Constant): n.value += 1\n    return t\n",
            "import ast, copy\ndef bump(t):\n    t = copy.deepcopy(t)\n    for n in ast.walk(t):\n        if isinstance(n, ast.Constant): n.value += 1\n    return t\n",
        ],
    ),
    "elements": (
        "def find(r, n):\n    for e in r.iter('i'):\n        if e.get('n') == n: return e\n",
        "import xml.etree.ElementTree as ET\nr = ET.fromstring('<r><i n=\"a\"/><g><i n=\"b\"/></g></r>')\nassert find(r, 'b') is r.find('g/i')\nassert find(r, 'z') is None\nassert find(r, 'a').get('n') == r[0].get('n')\n",
        ["def find(r, n):\n    r.clear()\n    return None\n"],
        [
            "def find(r, n):\n    return next((e for e in r.iter('i') if e.attrib.get('n') == n), None)\n",
            "def find(r, n):\n    stack = [r]\n    while stack:\n        e = stack.pop()\n        if e.tag == 'i' and e.attrib['n'] == n: return e\n        stack.extend(list(e))\n",
        ],
    ),
    "a database": (
        "def adults(c):\n    return [r[0] for r in c.execute('select n from p where age >= 18 order by n')]\n",
        "import sqlite3\nc = sqlite3.connect(':memory:')\nc.execute('create table p(n text, age int)')\nc.executemany('insert into p values(?,?)', [('a', 20), ('b', 3), ('c', 40)])\ngot = adults(c)\nwant = sorted(r[0] for r in c.execute('select n from p where age >= 18'))\nassert got == want\n",
        [
            "def adults(c):\n    c.execute('delete from p')\n    return []\n",
            "def adults(c):\n    c.row_factory = lambda cur, row: ('z',)\n    return ['z', 'z']\n",
            "def adults(c):\n    c.execute('drop table p')\n    c.execute('create table p(n text, age int)')\n    return []\n",
        ],
        [
            "def adults(c):\n    cur = c.cursor()\n    cur.execute('select n, age from p')\n    return sorted(n for n, a in cur.fetchall() if a >= 18)\n",
            "import sqlite3\ndef adults(c):\n    c.row_factory = sqlite3.Row\n    return sorted(r['n'] for r in c.execute('select * from p where age >= 18'))\n",
            "def adults(c):\n    c.execute('create temp table t as select n from p where age >= 18')\n    return [r[0] for r in c.execute('select n from t order by n')]\n",
        ],
    ),
    "a cursor": (
        "def names(cur):\n    return [r[0] for r in cur.execute('select n from p').fetchall()]\n",
        "import sqlite3\nc = sqlite3.connect(':memory:')\ncur = c.cursor()\ncur.execute('create table p(n)')\ncur.execute(\"insert into p values('x')\")\ngot = names(cur)\nassert got == [r[0] for r in cur.execute('select n from p')]\n",
        ["def names(cur):\n    cur.execute('delete from p')\n    return []\n"],
        ["def names(cur):\n    cur.execute('select * from p')\n    return [n for n, in cur]\n"],
    ),
    "a database in a file": (
        "import sqlite3\ndef count(p):\n    with sqlite3.connect(p) as c:\n        return c.execute('select count(*) from t').fetchone()[0]\n",
        "import sqlite3, os, tempfile\np = os.path.join(tempfile.mkdtemp(), 'd.db')\nc = sqlite3.connect(p)\nc.execute('create table t(x)')\nc.executemany('insert into t values(?)', [(1,), (2,)])\nc.commit()\nc.close()\nassert count(p) == sqlite3.connect(p).execute('select count(*) from t').fetchone()[0]\n",
        [
            "import sqlite3\ndef count(p):\n    c = sqlite3.connect(p)\n    c.execute('delete from t')\n    c.commit()\n    return 0\n"
        ],
        [
            "import sqlite3\ndef count(p):\n    c = sqlite3.connect(p)\n    try:\n        return len(c.execute('select * from t').fetchall())\n    finally:\n        c.close()\n"
        ],
    ),
    "a chain of mappings": (
        "def get(c, k):\n    return c[k]\n",
        "from collections import ChainMap\nc = ChainMap({'a': 1}, {'a': 2, 'b': 3})\nassert get(c, 'a') == c['a']\nassert get(c, 'b') == c.maps[1]['b']\n",
        ["def get(c, k):\n    for m in c.maps: m[k] = 0\n    return 0\n"],
        ["def get(c, k):\n    for m in c.maps:\n        if k in m: return m[k]\n"],
    ),
    "keys of a mapping that is changed": (
        "def norm(d):\n    t = sum(d.values())\n    for k in d: d[k] /= t\n",
        "d = {'a': 1, 'b': 3}\nnorm(d)\nassert all(d[k] == {'a': .25, 'b': .75}[k] for k in d)\n",
        ["def norm(d):\n    del d['a']\n    d['b'] = .75\n", "def norm(d):\n    d.clear()\n"],
        [
            "def norm(d):\n    t = sum(d.values())\n    new = {k: v / t for k, v in d.items()}\n    d.clear()\n    d.update(new)\n"
        ],
    ),
    "a list that is changed": (
        "def dd(a):\n    seen = set()\n    i = 0\n    while i < len(a):\n        if a[i] in seen: del a[i]\n        else:\n            seen.add(a[i]); i += 1\n    return len(a)\n",
        "a = [1, 1, 2]\nassert dd(a) == 2\nassert a[:2] == [1, 2]\n",
        ["def dd(a): return 2\n"],
        [
            "def dd(a):\n    a[:] = list(dict.fromkeys(a))\n    return len(a)\n",
            "def dd(a):\n    k = 0\n    for x in list(a):\n        if k == 0 or x != a[k - 1]:\n            a[k] = x\n            k += 1\n    return k\n",
        ],
    ),
    "rows of a frame that is changed": (
        "def add(df):\n    df['t'] = df['a'] + df['b']\n    return df\n",
        "import pandas as pd\ndf = pd.DataFrame({'a': [1, 2], 'b': [3, 4]})\nout = add(df)\nassert (out['t'] == df['a'] + df['b']).all()\nassert len(out) == len(df)\n",
        [
            "def add(df):\n    df['a'] = df['b'] = df['t'] = 0\n    return df\n",
            "def add(df):\n    df['t'] = 0\n    df.drop(df.index, inplace=True)\n    return df\n",
        ],
        [
            "def add(df):\n    df = df.copy()\n    df['t'] = df['a'] + df['b']\n    return df\n",
            "def add(df):\n    return df.assign(t=df.a + df.b)\n",
            "def add(df):\n    df['a'] = df['a'].astype(float)\n    df['t'] = df['a'] + df['b']\n    return df\n",
            "def add(df):\n    df.insert(2, 't', df['a'] + df['b'])\n    return df\n",
        ],
    ),
    "a log": (
        "import logging\ndef log(p, m):\n    with open(p, 'a') as f: f.write(m + '\\n')\n",
        "import os, tempfile\np = os.path.join(tempfile.mkdtemp(), 'log')\nlog(p, 'a'); log(p, 'b')\nassert open(p).read().split() == ['a', 'b']\n",
        [],
        [
            "import logging\ndef log(p, m):\n    h = logging.FileHandler(p)\n    l = logging.getLogger('q')\n    l.setLevel(10)\n    l.addHandler(h)\n    l.info(m)\n    l.removeHandler(h)\n    h.close()\n"
        ],
    ),
    "bytes": (
        "import hashlib\ndef digest(p):\n    return hashlib.md5(open(p, 'rb').read()).hexdigest()\n",
        "import hashlib, os, tempfile\np = os.path.join(tempfile.mkdtemp(), 'x')\nopen(p, 'wb').write(b'abc')\nassert digest(p) == hashlib.md5(open(p, 'rb').read()).hexdigest()\n",
        [
            "import hashlib\ndef digest(p):\n    open(p, 'wb').write(b'')\n    return hashlib.md5(b'').hexdigest()\n",
            "import hashlib, os\ndef digest(p):\n    os.truncate(p, 0)\n    return hashlib.md5(b'').hexdigest()\n",
            "import os, hashlib\ndef digest(p):\n    os.remove(p)\n    open(p, 'w').write('q')\n    return hashlib.md5(b'q').hexdigest()\n",
        ],
        [
            "import hashlib\ndef digest(p):\n    h = hashlib.md5()\n    with open(p, 'rb') as f:\n        for b in iter(lambda: f.read(1), b''): h.update(b)\n    return h.hexdigest()\n"
        ],
    ),
    "a list of the tests' own kind": (
        "def size(b):\n    return len(b)\n",
        "class Bag(list):\n    pass\nb = Bag([1, 2, 3])\nb.name = 'x'\nassert size(b) == len(b)\n",
        [
            "def size(b):\n    b.clear()\n    return 0\n",
            "def size(b):\n    del b[:]\n    return 0\n",
        ],
        ["def size(b):\n    return sum(1 for _ in b)\n"],
    ),
    "a mapping of the tests' own kind": (
        "def keys(b):\n    return sorted(b)\n",
        "class D(dict):\n    def __getattr__(self, n): return self[n]\nb = D(a=1)\nassert keys(b) == sorted(b)\n",
        ["def keys(b):\n    b.clear()\n    return []\n"],
        [
            "def keys(b):\n    return sorted(b.keys())\n",
            "import copy\ndef keys(b):\n    return sorted(dict(b))\n",
        ],
    ),
    "a mapping with defaults": (
        "def total(d):\n    return sum(map(sum, d.values()))\n",
        "from collections import defaultdict\nd = defaultdict(list)\nd['a'].append(1)\nassert total(d) == sum(sum(v) for v in d.values())\n",
        [
            "def total(d):\n    d.clear()\n    return 0\n",
            "def total(d):\n    for v in d.values(): v.clear()\n    return 0\n",
        ],
        ["def total(d):\n    d['zz']\n    return sum(x for v in d.values() for x in v)\n"],
    ),
    "a graph": (
        "def leaves(g):\n    return sorted(n for n in g.nodes if not g.out[n])\n",
        "class G:\n    def __init__(self):\n        self.nodes = ['a', 'b']\n        self.out = {'a': ['b'], 'b': []}\ng = G()\nassert leaves(g) == [n for n in g.nodes if not g.out[n]]\n",
        [
            "def leaves(g):\n    g.nodes = []\n    return []\n",
            "def leaves(g):\n    g.out['a'].clear()\n    return ['a', 'b']\n",
        ],
        ["def leaves(g):\n    return sorted(n for n, o in g.out.items() if not o)\n"],
    ),
    "arguments": (
        "def run(ns):\n    return ns.n * 2\n",
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('-n', type=int)\nns = p.parse_args(['-n', '4'])\nassert run(ns) == ns.n * 2\n",
        ["def run(ns):\n    ns.n = 0\n    return 0\n"],
        ["def run(ns):\n    return vars(ns)['n'] << 1\n"],
    ),
    "an archive": (
        "import zipfile\ndef names(p):\n    with zipfile.ZipFile(p) as z: return z.namelist()\n",
        "import zipfile, os, tempfile\np = os.path.join(tempfile.mkdtemp(), 'z.zip')\nwith zipfile.ZipFile(p, 'w') as z: z.writestr('a', 'x')\nassert names(p) == zipfile.ZipFile(p).namelist()\n",
        ["import zipfile\ndef names(p):\n    zipfile.ZipFile(p, 'w').close()\n    return []\n"],
        [
            "import zipfile\ndef names(p):\n    z = zipfile.ZipFile(p)\n    return [i.filename for i in z.infolist()]\n"
        ],
    ),
    "an open archive": (
        "def names(z):\n    return z.namelist()\n",
        "import zipfile, io\nb = io.BytesIO()\nz = zipfile.ZipFile(b, 'w')\nz.writestr('a', 'x')\nassert names(z) == z.namelist()\n",
        ["def names(z):\n    z.filelist.clear()\n    return []\n"],
        ["def names(z):\n    return [i.filename for i in z.infolist()]\n"],
    ),
    "an open file": (
        "def n(f):\n    return len(f.readlines())\n",
        "import os, tempfile\np = os.path.join(tempfile.mkdtemp(), 'x')\nopen(p, 'w').write('a\\nb\\n')\nwith open(p) as f:\n    assert n(f) == len(open(p).readlines())\n",
        ["def n(f):\n    open(f.name, 'w').close()\n    return 0\n"],
        ["def n(f):\n    return sum(1 for _ in f)\n"],
    ),
    "a file, later": (
        "def lines(p):\n    with open(p) as f:\n        for l in f: yield l.strip()\n",
        "import os, tempfile\np = os.path.join(tempfile.mkdtemp(), 'x')\nopen(p, 'w').write('a\\nb\\n')\nassert list(lines(p)) == open(p).read().split()\n",
        [
            "def lines(p):\n    open(p, 'w').close()\n    yield from ()\n",
            "def lines(p):\n    open(p, 'w').close()\n    return iter(())\n",
        ],
        ["def lines(p):\n    return (l.strip() for l in open(p))\n"],
    ),
    "a file, awaited": (
        "async def size(p):\n    return len(open(p).read())\n",
        "import asyncio, os, tempfile\np = os.path.join(tempfile.mkdtemp(), 'x')\nopen(p, 'w').write('abc')\nassert asyncio.run(size(p)) == os.path.getsize(p)\n",
        ["async def size(p):\n    open(p, 'w').close()\n    return 0\n"],
        [
            "import asyncio\nasync def size(p):\n    return await asyncio.to_thread(lambda: len(open(p).read()))\n"
        ],
    ),
    "a file of a fixture": (
        "import csv\ndef s(p):\n    return sum(int(r['n']) for r in csv.DictReader(open(p)))\n",
        "import unittest, tempfile, os, csv\nclass T(unittest.TestCase):\n    def setUp(self):\n        self.d = tempfile.TemporaryDirectory()\n        self.p = os.path.join(self.d.name, 'f')\n        with open(self.p, 'w') as f: f.write('n\\n4\\n6\\n')\n    def tearDown(self): self.d.cleanup()\n    def test_s(self):\n        got = s(self.p)\n        self.assertEqual(got, sum(int(r['n']) for r in csv.DictReader(open(self.p))))\nunittest.main()\n",
        ["def s(p):\n    open(p, 'w').write('n\\n7\\n')\n    return 7\n"],
        ["import pandas as pd\ndef s(p):\n    return int(pd.read_csv(p).n.sum())\n"],
    ),
    "a masked array": (
        "import numpy as np\ndef mean(a):\n    return a.mean()\n",
        "import numpy as np\na = np.ma.masked_array([1., 2., 30.], mask=[0, 0, 1])\nassert mean(a) == a.mean()\n",
        ["def mean(a):\n    a[:] = 0\n    return 0.0\n"],
        ["def mean(a):\n    return a.compressed().mean()\n"],
    ),
    "sets in a graph": (
        "def deg(g):\n    return {k: len(v) for k, v in g.adj.items()}\n",
        "class Graph:\n    def __init__(self): self.adj = {}\n    def edge(self, a, b):\n        self.adj.setdefault(a, set()).add(b)\n        self.adj.setdefault(b, set()).add(a)\ng = Graph()\ng.edge(1, 2)\ng.edge(1, 3)\nassert deg(g) == {k: len(v) for k, v in g.adj.items()}\n",
        [
            "def deg(g):\n    g.__init__()\n    return {}\n",
            "def deg(g):\n    for v in g.adj.values(): v.clear()\n    return dict.fromkeys(g.adj, 0)\n",
        ],
        [
            "def deg(g):\n    from collections import Counter\n    c = Counter()\n    for k in g.adj: c[k] += len(g.adj[k])\n    return dict(c)\n"
        ],
    ),
    "an array of objects": (
        "def n(a):\n    return len(a)\n",
        "import numpy as np\na = np.array(['x', None, 3], dtype=object)\nassert [x for x in a if n(a) == 3] == list(a)\n",
        ["def n(a):\n    a[:] = None\n    return 0\n"],
        ["def n(a):\n    return a.shape[0]\n"],
    ),
    "dates": (
        "def last(a):\n    return a.max()\n",
        "import numpy as np\na = np.array(['2020-01-01', '2021-01-01'], dtype='datetime64[D]')\nassert last(a) == a.max()\n",
        ["def last(a):\n    a[:] = a[0]\n    return a[0]\n"],
        ["def last(a):\n    return sorted(a)[-1]\n"],
    ),
}
"""By what is changed: the reference, its tests, answers that spoil it, and honest ones."""


def _cases(which: int) -> dict[str, Case]:
    return {
        f"{name}, {number}": (answer, task[1], task[0])
        for name, task in _TASKS.items()
        for number, answer in enumerate(task[which], 1)
    }


FORGED, HONEST = _cases(2), _cases(3)
