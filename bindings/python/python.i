/* SPDX-License-Identifier: MIT */
/* Typemaps for Python (builtin classes). Nothing is copied on the way in; errors become exceptions of split._errors. */

%{
#define SPLITB_RAISED 1 /* In place of a code: the exception is set already. */

/* Raise the exception of an error code. Cold path, so the class is looked up each time. */
static void
raise_code(const char *maker, int code)
{
    PyObject *errors = PyImport_ImportModule("split._errors");
    PyObject *made = errors != NULL ? PyObject_CallMethod(errors, maker, "i", code) : NULL;
    if (made != NULL)
        PyErr_SetObject((PyObject *)Py_TYPE(made), made);
    Py_XDECREF(made);
    Py_XDECREF(errors);
}

static void
raise_type(void)
{
    if (!PyErr_ExceptionMatches(PyExc_MemoryError) && !PyErr_ExceptionMatches(PyExc_KeyboardInterrupt)) {
        PyErr_Clear();
        raise_code("make_type_error", SPLIT_ERR_ARG);
    }
}

/* Text whose bytes lie in it: all of ASCII, in a str and not in a class derived from it. */
static inline int
is_plain_text(PyObject *object)
{
    return PyUnicode_Check(object) && PyUnicode_IS_COMPACT_ASCII(object);
}

/* Text or bytes-like to bytes, without copying. When *held becomes true, `view` needs a release. */
static inline int
take_bytes(PyObject *object, Py_buffer *view, int *held, const char **bytes, size_t *n_bytes)
{
    if (is_plain_text(object)) {
        *bytes = PyUnicode_DATA(object);
        *n_bytes = (size_t)PyUnicode_GET_LENGTH(object);
        return 0;
    }
    if (PyUnicode_Check(object)) {
        Py_ssize_t n;
        const char *utf8 = PyUnicode_AsUTF8AndSize(object, &n);
        if (utf8 == NULL) {
            PyErr_Clear();
            raise_code("make", SPLIT_ERR_TEXT);
            return -1;
        }
        *bytes = utf8;
        *n_bytes = (size_t)n;
        return 0;
    }
    if (!PyObject_CheckBuffer(object) || PyObject_GetBuffer(object, view, PyBUF_SIMPLE) != 0) {
        if (!PyErr_Occurred())
            PyErr_SetNone(PyExc_TypeError);
        raise_type();
        return -1;
    }
    *held = 1;
    *bytes = view->buf;
    *n_bytes = (size_t)view->len;
    return 0;
}

/* A sequence of numbers to doubles that the caller frees; a tuple is taken first, so no number can change it meanwhile. */
static double *
take_doubles(PyObject *object, size_t *n_out)
{
    PyObject *items = PySequence_Tuple(object);
    Py_ssize_t n = items != NULL ? PyTuple_GET_SIZE(items) : 0;
    double *out = items != NULL ? PyMem_Malloc((size_t)n * sizeof *out + 1) : NULL;
    for (Py_ssize_t i = 0; out != NULL && i < n; i++) {
        out[i] = PyFloat_AsDouble(PyTuple_GET_ITEM(items, i));
        if (PyErr_Occurred()) {
            PyMem_Free(out);
            out = NULL;
        }
    }
    Py_XDECREF(items);
    *n_out = (size_t)n;
    if (out == NULL) {
        if (!PyErr_Occurred())
            PyErr_NoMemory();
        raise_type();
    }
    return out;
}

/* Whole numbers become int, the rest float. */
static PyObject *
give_doubles(const double *in, size_t n_in)
{
    PyObject *out = PyTuple_New((Py_ssize_t)n_in);
    for (size_t i = 0; out != NULL && i < n_in; i++) {
        double x = in[i];
        PyObject *item = x > -SPLITB_EXACT && x < SPLITB_EXACT && (double)(long long)x == x
            ? PyLong_FromLongLong((long long)x) : PyFloat_FromDouble(x);
        if (item == NULL)
            Py_CLEAR(out);
        else
            PyTuple_SET_ITEM(out, (Py_ssize_t)i, item);
    }
    return out;
}

/* Contiguous buffer of items of one size, for batches. */
static int
take_column(PyObject *object, Py_buffer *view, int flags, Py_ssize_t item_bytes)
{
    if (!PyObject_CheckBuffer(object) || PyObject_GetBuffer(object, view, PyBUF_C_CONTIGUOUS | PyBUF_FORMAT | flags) != 0) {
        if (!PyErr_Occurred())
            PyErr_SetNone(PyExc_TypeError);
        raise_type();
        return -1;
    }
    if (view->itemsize != item_bytes) {
        PyBuffer_Release(view);
        raise_code("make_type_error", SPLIT_ERR_ARG);
        return -1;
    }
    return 0;
}
%}

/* An object of the class that was initialised; the check costs two loads. Python itself checks the class of a method's self. */
%define PYTHON_BOX(type)
%typemap(in) struct type *self {
    $1 = (type *)((SwigPyObject *)$input)->ptr;
    if ($1 == NULL) {
        raise_code("make", SPLIT_ERR_MODE);
        SWIG_fail;
    }
}
%typemap(in) type *, struct type * {
    if (!PyObject_TypeCheck($input, ((SwigPyClientData *)$descriptor(type *)->clientdata)->pytype)) {
        raise_code("make_type_error", SPLIT_ERR_ARG);
        SWIG_fail;
    }
    $1 = (type *)((SwigPyObject *)$input)->ptr;
    if ($1 == NULL) {
        raise_code("make", SPLIT_ERR_MODE);
        SWIG_fail;
    }
}
%enddef

%typemap(in) (const char *key, size_t key_len) (Py_buffer view, int held = 0) {
    if (take_bytes($input, &view, &held, (const char **)&$1, &$2) != 0)
        SWIG_fail;
}
%typemap(freearg) (const char *key, size_t key_len) {
    if (held$argnum)
        PyBuffer_Release(&view$argnum);
}
%apply (const char *key, size_t key_len) {(const char *text, size_t text_len), (const char *keys, size_t keys_len)};

%typemap(in) (const double *in, size_t n_in) {
    $1 = take_doubles($input, &$2);
    if ($1 == NULL)
        SWIG_fail;
}
%typemap(freearg) (const double *in, size_t n_in) {
    PyMem_Free((void *)$1);
}

%typemap(in, numinputs=0) (double *out, size_t *n_out) (double record[SPLITB_RECORD_MAX], size_t n_record = 0) {
    $1 = record;
    $2 = &n_record;
}
%typemap(argout) (double *out, size_t *n_out) {
    Py_XSETREF($result, give_doubles($1, *$2));
}

%typemap(in, numinputs=0) (const char **out_text, size_t *out_text_len) (const char *given = NULL, size_t n_given = 0) {
    $1 = (char **)&given;
    $2 = &n_given;
}
%typemap(argout) (const char **out_text, size_t *out_text_len) {
    Py_XSETREF($result, PyBytes_FromStringAndSize(*$1, (Py_ssize_t)*$2));
}

%typemap(in, numinputs=0) uint32_t *out_variant (uint32_t number = 0) {
    $1 = &number;
}
%typemap(argout) uint32_t *out_variant {
    Py_XSETREF($result, PyLong_FromLong((long)*$1));
}
%apply uint32_t *out_variant {uint32_t *out_n_bad};

%typemap(in) uint32_t index {
    unsigned long number = PyLong_Check($input) ? PyLong_AsUnsignedLong($input) : (PyErr_SetNone(PyExc_TypeError), 0);
    if (PyErr_Occurred() || number > UINT32_MAX) {
        if (!PyErr_Occurred())
            PyErr_SetNone(PyExc_OverflowError);
        raise_type();
        SWIG_fail;
    }
    $1 = (uint32_t)number;
}

/* Offsets are copied: another thread could change them between the check of an offset and its use. */
%typemap(in) (const uint32_t *offsets, size_t n_offsets) (uint32_t *copy = NULL) {
    Py_buffer column;
    if (take_column($input, &column, 0, 4) != 0)
        SWIG_fail;
    copy = PyMem_Malloc((size_t)column.len + 4);
    if (copy != NULL)
        memcpy(copy, column.buf, (size_t)column.len);
    $2 = (size_t)column.len / 4;
    PyBuffer_Release(&column);
    if (copy == NULL) {
        PyErr_NoMemory();
        SWIG_fail;
    }
    $1 = copy;
}
%typemap(freearg) (const uint32_t *offsets, size_t n_offsets) {
    PyMem_Free(copy$argnum);
}

%typemap(in) (uint16_t *variants, size_t n_variants) (Py_buffer column = {0}) {
    if (take_column($input, &column, PyBUF_WRITABLE, 2) != 0)
        SWIG_fail;
    $1 = column.buf;
    $2 = (size_t)column.len / 2;
}
%typemap(freearg) (uint16_t *variants, size_t n_variants) {
    if (column$argnum.obj != NULL)
        PyBuffer_Release(&column$argnum);
}

%typemap(out) int {
    if ($1 != SPLIT_OK) {
        if ($1 != SPLITB_RAISED)
            raise_code("make", $1);
        SWIG_fail;
    }
    $result = SWIG_Py_Void();
}

PYTHON_BOX(splitb_plan)
PYTHON_BOX(splitb_draw)
PYTHON_BOX(splitb_failover)
PYTHON_BOX(splitb_meter)
PYTHON_BOX(splitb_histogram)
PYTHON_BOX(splitb_distinct)
PYTHON_BOX(splitb_evidence)
PYTHON_BOX(splitb_rollout)
PYTHON_BOX(splitb_policy)
PYTHON_BOX(splitb_route)
PYTHON_BOX(splitb_lines)
PYTHON_BOX(splitb_token)

/* The interpreter's lock is let go only here; the pin keeps the plan when another thread closes it meanwhile. */
%exception splitb_plan_assign_columns {
    void *pinned = splitb_plan_pin(arg1);
    Py_BEGIN_ALLOW_THREADS
    result = splitb_plan_assign_pinned(pinned, arg2, arg3, arg4, arg5, arg6, arg7, arg8);
    Py_END_ALLOW_THREADS
    splitb_plan_unpin(arg1, pinned);
}

/* The decision itself has a result of its own, so no None is made first. */
%typemap(out) int splitb_plan::assign {
    if ($1 != SPLIT_OK) {
        raise_code("make", $1);
        SWIG_fail;
    }
}

%typemap(in) PyObject *keys, PyObject *type "$1 = $input;"
%rename(plan_assign_list) splitb_plan_assign_list;
%rename(plan_own_assign) splitb_plan_own_assign;
%{
#include "python/list.h"
%}
%inline %{
/* A list of texts, walked in C: no joining and no offsets to build. */
int
splitb_plan_assign_list(splitb_plan *self, PyObject *keys, uint16_t *variants, size_t n_variants, uint32_t *out_n_bad)
{
    return assign_list(self, keys, variants, n_variants, out_n_bad);
}

/*
 * Give a class derived from PlanBox an `assign` of its own. The interpreter calls a method in C without detours only when the
 * object is of the very class that the method was made for.
 */
int
splitb_plan_own_assign(PyObject *type)
{
    static PyMethodDef definition;
    PyTypeObject *box = ((SwigPyClientData *)SWIGTYPE_p_splitb_plan->clientdata)->pytype;
    PyObject *method = PyObject_GetAttrString((PyObject *)box, "assign"), *own = NULL;
    if (method == NULL)
        return SPLITB_RAISED;
    if (Py_IS_TYPE(method, &PyMethodDescr_Type) && PyDescr_TYPE(method) == box && PyType_Check(type) &&
        PyType_IsSubtype((PyTypeObject *)type, box)) {
        definition = *((PyMethodDescrObject *)method)->d_method;
        definition.ml_doc = "Index of the variant of a key.\n\nsplit_assign(): override, holdout, coverage, hash, in this order.";
        own = PyDescr_NewMethod((PyTypeObject *)type, &definition);
    } else
        raise_code("make_type_error", SPLIT_ERR_ARG);
    Py_DECREF(method);
    if (own == NULL)
        return SPLITB_RAISED;
    /* By way of `type` itself: SWIG's kind of class refuses to hide an inherited method. */
    PyObject *name = PyUnicode_InternFromString("assign");
    int err = name != NULL ? PyType_Type.tp_setattro(type, name, own) : -1;
    Py_XDECREF(name);
    Py_DECREF(own);
    return err == 0 ? SPLIT_OK : SPLITB_RAISED;
}
%}

/* SWIG's own methods for ownership and chains of pointers could make a box free its object twice: away with them. */
%init %{
    {
        static const char *const unsafe[] = {"disown", "acquire", "own", "append", "next"};
        PyObject *methods = SwigPyObject_Type()->tp_dict;
        for (size_t i = 0; i < sizeof unsafe / sizeof *unsafe; i++)
            if (PyDict_DelItemString(methods, unsafe[i]) != 0)
                PyErr_Clear();
        PyType_Modified(SwigPyObject_Type());
    }
%}
