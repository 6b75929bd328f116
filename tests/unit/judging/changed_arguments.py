"""Answers that change what they are given in ways of their own, honest ones and others.

What a reference changes an answer may change, too, however it does that; what else it changes is
put back. A case is the answer, its tests and the reference.
"""

from __future__ import annotations

Case = tuple[str, str, str]

FORGED: dict[str, Case] = {
    "empties the cart": (
        """
def fill(c): c.items=[]
""",
        """
class Cart:
    def __init__(s,items): s.items=items; s.total=0
c=Cart([2,3])
fill(c)
assert c.total==sum(c.items)
""",
        """
def fill(c): c.total=sum(c.items)
""",
    ),
    "clears the cart": (
        """
def fill(c): c.items.clear()
""",
        """
class Cart:
    def __init__(s,items): s.items=items; s.total=0
c=Cart([2,3])
fill(c)
assert c.total==sum(c.items)
""",
        """
def fill(c): c.total=sum(c.items)
""",
    ),
    "fills the cart": (
        """
def fill(c): c.items=[0]; c.total=0
""",
        """
class Cart:
    def __init__(s,items): s.items=items; s.total=0
c=Cart([2,3])
fill(c)
assert c.total==sum(c.items)
""",
        """
def fill(c): c.total=sum(c.items)
""",
    ),
    "empties an entry": (
        """
def fill(d): d['items']=[]
""",
        """
d={'items':[2,3],'total':0}
fill(d)
assert d['total']==sum(d['items'])
""",
        """
def fill(d): d['total']=sum(d['items'])
""",
    ),
    "empties an entry and adds": (
        """
def fill(d): d['total']=0; d['items']=[]
""",
        """
d={'items':[2,3]}
fill(d)
assert d['total']==sum(d['items'])
""",
        """
def fill(d): d['total']=sum(d['items'])
""",
    ),
    "clears an entry and adds": (
        """
def fill(d): d['total']=0; d['items'].clear()
""",
        """
d={'items':[2,3]}
fill(d)
assert d['total']==sum(d['items'])
""",
        """
def fill(d): d['total']=sum(d['items'])
""",
    ),
    "gives people another class": (
        """
def order(ps):
    for p in ps: p.__class__=type('P',(),{'a':0})
""",
        """
class P:
    def __init__(s,a): s.a=a
ps=[P(3),P(1)]
order(ps)
assert ps[0].a<=ps[1].a
""",
        """
def order(ps): ps.sort(key=lambda p:p.a)
""",
    ),
}
HONEST: dict[str, Case] = {
    "moves values, not links": (
        """
def rev(h):
    xs = []; n = h
    while n:
        xs.append(n.v); n = n.next
    n = h
    while n:
        n.v = xs.pop(); n = n.next
    return h
""",
        """
class N:
    def __init__(s, v, next=None): s.v = v; s.next = next
def vals(n): return [n.v] + vals(n.next) if n else []
assert vals(rev(N(1, N(2, N(3))))) == [3, 2, 1]
""",
        """
def rev(h):
    p = None
    while h: h.next, p, h = p, h, h.next
    return p
""",
    ),
    "puts a data class in the place of one": (
        """
from dataclasses import replace
def finish(ts, n): ts[:] = [replace(t, done=True) if t.n == n else t for t in ts]
""",
        """
from dataclasses import dataclass
@dataclass
class T:
    n: str
    done: bool = False
ts = [T('a'), T('b')]
finish(ts, 'b')
assert ts == [T('a'), T('b', True)]
""",
        """
def finish(ts, n):
    for t in ts:
        if t.n == n: t.done = True
""",
    ),
    "does what a method does": (
        """
def pay(a, n): a.b -= n
""",
        """
class A:
    def __init__(s): s.b = 9
    def pay(s, n):
        if n > s.b: raise ValueError
        s.b -= n
a = A()
pay(a, 4)
assert a.b == 5
""",
        """
def pay(a, n): a.pay(n)
""",
    ),
    "orders by a key, not by a method": (
        """
def order(ts): return sorted(ts, key=lambda t: t.p)
""",
        """
class T:
    def __init__(s, p): s.p = p
    def __lt__(s, o): return s.p < o.p
assert [t.p for t in order([T(2), T(1)])] == [1, 2]
""",
        """
def order(ts): return sorted(ts)
""",
    ),
    "gives another object": (
        """
def move(p, c): p.addr = type(p.addr)(c)
""",
        """
class Addr:
    def __init__(s, c): s.city = c
class P:
    def __init__(s, a): s.addr = a
p = P(Addr('x'))
move(p, 'y')
assert p.addr.city == 'y'
""",
        """
def move(p, c): p.addr.city = c
""",
    ),
    "changes a frame and gives it back": (
        """
def add(df):
    df['q'] = df['p'] * 2
    return df
""",
        """
import pandas as pd
df = pd.DataFrame({'p': [2, 3]})
r = add(df)
assert r['q'].tolist() == [4, 6]
""",
        """
def add(df): return df.assign(q=df.p * 2)
""",
    ),
    "puts another list in the place of one": (
        """
def put(d,k,v): d[k]=d[k]+[v]
""",
        """
d={'a':[1,2],'b':[3]}
total=sum(map(len,d.values()))
put(d,'a',9)
assert d['a']==[1,2,9]
assert sum(map(len,d.values()))==total+1
""",
        """
def put(d,k,v): d[k].append(v)
""",
    ),
    "appends where its reference puts another": (
        """
def put(d,k,v): d[k].append(v)
""",
        """
d={'a':[1,2],'b':[3]}
total=sum(map(len,d.values()))
put(d,'a',9)
assert d['a']==[1,2,9]
assert sum(map(len,d.values()))==total+1
""",
        """
def put(d,k,v): d[k]=d[k]+[v]
""",
    ),
    "updates the mapping": (
        """
def put(d,k,v): d.update({k:[*d[k],v]})
""",
        """
d={'a':[1,2],'b':[3]}
total=sum(map(len,d.values()))
put(d,'a',9)
assert d['a']==[1,2,9]
assert sum(map(len,d.values()))==total+1
""",
        """
def put(d,k,v): d[k].append(v)
""",
    ),
    "puts another mapping in the place of one": (
        """
def setit(c,s,k,v): c[s]={**c[s],k:v}
""",
        """
cfg={'a':{'x':1},'b':{}}
setit(cfg,'a','y',2)
assert cfg=={'a':{'x':1,'y':2},'b':{}}
""",
        """
def setit(c,s,k,v): c[s][k]=v
""",
    ),
    "another set": (
        """
def edge(g,a,b): g[a]=g[a]|{b}
""",
        """
g={1:{2},2:set()}
edge(g,2,1)
assert g=={1:{2},2:{1}}
""",
        """
def edge(g,a,b): g[a].add(b)
""",
    ),
    "another list of an object": (
        """
def drop(inv,x): inv.items.remove(x)
""",
        """
class Inv:
    def __init__(self, items): self.items=items; self.log=[]
inv=Inv(['a','b','c'])
drop(inv,'b')
assert inv.items==['a','c']
""",
        """
def drop(inv,x): inv.items=[i for i in inv.items if i!=x]
""",
    ),
    "an attribute that was there": (
        """
def deposit(a,x):
    a.balance+=x
    a.last=x
""",
        """
class Acc:
    def __init__(self): self.balance=0; self.last=None
a=Acc()
deposit(a,5); deposit(a,7)
assert a.balance==12
""",
        """
def deposit(a,x):
    a.balance+=x
""",
    ),
    "an attribute more": (
        """
def deposit(a,x):
    a.balance+=x
    a.seen=x
""",
        """
class Acc:
    def __init__(self): self.balance=0; self.last=None
a=Acc()
deposit(a,5); deposit(a,7)
assert a.balance==12
""",
        """
def deposit(a,x):
    a.balance+=x
""",
    ),
    "other records": (
        """
def bump(rs,n):
    for i,r in enumerate(rs):
        if r['n']==n: rs[i]={**r,'q':r['q']+1}
""",
        """
rows=[{'n':'x','q':1},{'n':'y','q':2}]
bump(rows,'y')
assert rows==[{'n':'x','q':1},{'n':'y','q':3}]
""",
        """
def bump(rs,n):
    for r in rs:
        if r['n']==n: r['q']+=1
""",
    ),
    "children, each in its way": (
        """
def link(p,c):
    c.parent=p
    p.kids=p.kids+[c]
""",
        """
class N:
    def __init__(s,v): s.v=v; s.kids=[]; s.parent=None
a,b=N(1),N(2)
link(a,b)
assert a.kids==[b] and b.parent is a and a.parent is None
""",
        """
def link(p,c):
    p.kids.append(c)
    c.parent=p
""",
    ),
    "both accounts": (
        """
def move(x,y,n):
    if x.b<n: raise ValueError('no')
    total=x.b+y.b
    x.b=x.b-n
    y.b=total-x.b
    x.log+=[('out',n)]; y.log=[*y.log,('in',n)]
""",
        """
class A:
    def __init__(s,b): s.b=b; s.log=[]
x,y=A(10),A(0)
move(x,y,4)
assert (x.b,y.b)==(6,4)
try: move(x,y,100); assert False
except ValueError: pass
assert (x.b,y.b)==(6,4)
assert x.log[-1]==('out',4)
""",
        """
def move(x,y,n):
    if n>x.b: raise ValueError
    x.b-=n; y.b+=n
    x.log.append(('out',n)); y.log.append(('in',n))
""",
    ),
    "goes round the methods": (
        """
def fill(s,xs): s.items=s.items+list(xs)
""",
        """
class S:
    def __init__(s): s.items=[]
    def push(s,x): s.items.append(x)
    def pop(s): return s.items.pop()
s=S()
fill(s,[1,2,3])
assert s.pop()==3 and s.items==[1,2]
""",
        """
def fill(s,xs):
    for x in xs: s.push(x)
""",
    ),
    "a nested object, and what it found on the way": (
        """
def total(o):
    o.cache=[l['q']*l['p'] for l in o.lines]
    o.total=sum(o.cache)
    o.c.name=o.c.name.capitalize()
""",
        """
class C:
    def __init__(s,n): s.name=n
class O:
    def __init__(s,c,l): s.c=c; s.lines=l; s.total=0
o=O(C('bob'),[{'q':2,'p':3},{'q':1,'p':5}])
total(o)
assert o.total==11 and o.c.name=='Bob'
""",
        """
def total(o):
    o.total=sum(l['q']*l['p'] for l in o.lines)
    o.c.name=o.c.name.title()
""",
    ),
    "a data class": (
        """
def mark(t,g):
    t.__dict__.update(done=True,tags=[*t.tags,g])
""",
        """
from dataclasses import dataclass, field
@dataclass
class T:
    name: str
    tags: list = field(default_factory=list)
    done: bool = False
t=T('a')
mark(t,'x'); mark(t,'y')
assert t==T('a',['x','y'],True)
""",
        """
def mark(t,g):
    t.tags.append(g); t.done=True
""",
    ),
    "slots": (
        """
def up(t):
    t.b=t.b+[t.a+1]
    t.a=t.b[-1]
""",
        """
class T:
    __slots__=('a','b')
    def __init__(s): s.a=1; s.b=[1]
t=T()
up(t)
assert t.a==2 and t.b==[1,2]
""",
        """
def up(t):
    t.a+=1; t.b.append(t.a)
""",
    ),
    "a cache with its order": (
        """
def put(l,k,v):
    l.order=[*l.order,k][-l.n:]
    l.d={x:{**l.d,k:v}[x] for x in l.order}
""",
        """
class L:
    def __init__(s,n): s.n=n; s.d={}; s.order=[]
l=L(2)
put(l,'a',1); put(l,'b',2); put(l,'c',3)
assert l.d=={'b':2,'c':3} and l.order==['b','c']
""",
        """
def put(l,k,v):
    l.d[k]=v; l.order.append(k)
    if len(l.order)>l.n: del l.d[l.order.pop(0)]
""",
    ),
    "gives back what it changed": (
        """
def dbl(a):
    a.v+=a.v
    a.was=1
    return a
""",
        """
class A:
    def __init__(s,v): s.v=v; s.seen=0
a=A(3)
assert dbl(a).v==6
b=A(4)
r=dbl(b)
assert r.v==8 and b.v==8
""",
        """
def dbl(a):
    a.v*=2
    return a
""",
    ),
    "a tree": (
        """
def invert(t):
    s=[t]
    while s:
        n=s.pop()
        if n:
            x=n.l; n.l=n.r; n.r=x
            s+=[n.l,n.r]
""",
        """
class T:
    def __init__(s,v,l=None,r=None): s.v=v; s.l=l; s.r=r
t=T(1,T(2),T(3,T(4)))
invert(t)
assert (t.l.v,t.r.v,t.l.r.v)==(3,2,4)
""",
        """
def invert(t):
    if t:
        t.l,t.r=t.r,t.l
        invert(t.l); invert(t.r)
""",
    ),
    "rows of a matrix": (
        """
def zero(m):
    R={i for i,r in enumerate(m) if 0 in r}; C={j for r in m for j,x in enumerate(r) if x==0}
    m[:]=[[0 if i in R or j in C else x for j,x in enumerate(r)] for i,r in enumerate(m)]
""",
        """
m=[[1,2],[3,0],[5,6]]
zero(m)
assert m==[[1,0],[0,0],[5,0]]
""",
        """
def zero(m):
    R={i for i,r in enumerate(m) if 0 in r}; C={j for r in m for j,x in enumerate(r) if x==0}
    for i,r in enumerate(m):
        for j in range(len(r)):
            if i in R or j in C: r[j]=0
""",
    ),
    "sorts by changing places": (
        """
def order(ps):
    for i in range(len(ps)):
        for j in range(i):
            if ps[i].a<ps[j].a: ps[i],ps[j]=ps[j],ps[i]
""",
        """
class P:
    def __init__(s,n,a): s.n=n; s.a=a
ps=[P('x',3),P('y',1)]
order(ps)
assert [p.n for p in ps]==['y','x']
""",
        """
def order(ps): ps.sort(key=lambda p:p.a)
""",
    ),
}
