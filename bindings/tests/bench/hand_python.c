/* SPDX-License-Identifier: MIT */
/* The floor for Python: a hand-written METH_O function that hashes the same bytes. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "hand.h"

static PyObject *
hash_one(PyObject *self, PyObject *text)
{
    Py_ssize_t n;
    const char *key = PyUnicode_AsUTF8AndSize(text, &n);
    (void)self;
    return key == NULL || n > 4096 ? NULL : PyLong_FromLong(hash_unit(key, (size_t)n));
}

static PyObject *
hash_bare(PyObject *self, PyObject *text)
{
    Py_ssize_t n;
    const char *key = PyUnicode_AsUTF8AndSize(text, &n);
    (void)self;
    return key == NULL ? NULL : PyLong_FromLong((long)(XXH64(key, (size_t)n, 0) & 0xFFFFF));
}

static PyObject *
batch_ns(PyObject *self, PyObject *n)
{
    (void)self;
    return PyFloat_FromDouble(c_batch_ns((uint32_t)PyLong_AsLong(n)));
}

static PyMethodDef methods[] = {{"hash_one", hash_one, METH_O, NULL},
                                {"hash_bare", hash_bare, METH_O, NULL},
                                {"batch_ns", batch_ns, METH_O, NULL}, {NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "hand_python", NULL, -1, methods};

PyMODINIT_FUNC
PyInit_hand_python(void)
{
    return PyModule_Create(&module);
}
