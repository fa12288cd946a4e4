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
done(int err)
{
    if (err == 0)
        Py_RETURN_NONE;
    if (!PyErr_Occurred())
        PyErr_Format(PyExc_ValueError, "error %d", err);
    return NULL;
}

static PyObject *
batch(PyObject *self, PyObject *arguments)
{
    Py_buffer keys, offsets, out;
    (void)self;
    if (!PyArg_ParseTuple(arguments, "y*y*w*", &keys, &offsets, &out))
        return NULL;
    int err = assign_batch(keys.buf, (size_t)keys.len, offsets.buf, (size_t)offsets.len / 4,
                           out.buf, (size_t)out.len / 2);
    PyBuffer_Release(&keys);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&out);
    return done(err);
}

static int
assign_texts(PyObject *list, uint16_t *out, Py_ssize_t n)
{
    for (Py_ssize_t i = 0; i < n; i++) {
        Py_ssize_t key_len;
        split_assignment a;
        const char *key = PyUnicode_AsUTF8AndSize(PyList_GET_ITEM(list, i), &key_len);
        int err = key == NULL ? -1 : split_assign(the_plan(), key, (size_t)key_len, &a);
        if (err != 0)
            return err;
        out[i] = (uint16_t)a.variant;
    }
    return 0;
}

/* A list of texts, each reached and decided as a C programmer would write it down. */
static PyObject *
texts(PyObject *self, PyObject *arguments)
{
    PyObject *list;
    Py_buffer out;
    (void)self;
    if (!PyArg_ParseTuple(arguments, "O!w*", &PyList_Type, &list, &out))
        return NULL;
    int err = the_plan() == NULL || PyList_GET_SIZE(list) != out.len / 2
                  ? -1
                  : assign_texts(list, out.buf, out.len / 2);
    PyBuffer_Release(&out);
    return done(err);
}

static PyMethodDef methods[] = {{"hash_one", hash_one, METH_O, NULL},
                                {"hash_bare", hash_bare, METH_O, NULL},
                                {"batch", batch, METH_VARARGS, NULL},
                                {"texts", texts, METH_VARARGS, NULL},
                                {NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "hand_python", NULL, -1, methods};

PyMODINIT_FUNC
PyInit_hand_python(void)
{
    return PyModule_Create(&module);
}
